// SPDX-License-Identifier: Apache-2.0
#include "runner/packs/digest_list.h"

#include "base/value.h"
#include "runner/packs/folder.h"

namespace upkeep::packs {
namespace {

constexpr std::string_view kFirstLine = "upkeep pack 1";

/// Takes one line off `text`, without its end; nothing when there is no whole line.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) {
    text = {};
    return {};
  }
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::string_view After(std::string_view line, std::string_view word) {
  return line.starts_with(word) ? line.substr(word.size()) : std::string_view();
}

}  // namespace

std::string DigestList::ToText() const {
  std::string text(kFirstLine);
  text += "\nid " + id + "\nversion " + version.ToString() + "\n";
  for (const auto& [name, digest] : files) text += digest + "  " + name + "\n";
  return text;
}

DigestList DigestsOf(const Manifest& manifest, const Contents& contents) {
  DigestList list;
  list.id = manifest.id;
  list.version = manifest.version;
  for (const auto& [name, bytes] : contents) {
    if (name != kDigestFile && name != kSignatureFile) list.files[name] = Sha256Hex(bytes);
  }
  return list;
}

Result<DigestList> ReadDigests(std::string_view text, const std::string& file) {
  const Status wrong = Status(Code::kInvalid, file + " is no list of digests")
                           .WithHint("it was altered, or not written by upkeep: build the pack again");
  DigestList list;
  std::string_view left = text;
  if (TakeLine(left) != kFirstLine) return wrong;
  list.id = After(TakeLine(left), "id ");
  const auto version = ParseVersion(After(TakeLine(left), "version "));
  if (list.id.empty() || !version) return wrong;
  list.version = *version;
  while (!left.empty()) {
    const std::string_view line = TakeLine(left);
    if (line.size() < kDigestDigits + 3) return wrong;
    const std::string name(line.substr(kDigestDigits + 2));
    if (!IsFileName(name)) return wrong;
    list.files[name] = line.substr(0, kDigestDigits);
  }
  // One list has one text: order, blanks and repetitions are caught at once.
  if (list.ToText() != text) return wrong;
  return list;
}

std::vector<std::string> Differences(const DigestList& recorded, const DigestList& found) {
  std::vector<std::string> differences;
  if (recorded.id != found.id) differences.push_back("the id was " + recorded.id + " and is " + found.id);
  if (recorded.version != found.version) {
    differences.push_back("the version was " + recorded.version.ToString() + " and is " + found.version.ToString());
  }
  for (const auto& [name, digest] : recorded.files) {
    const auto now = found.files.find(name);
    if (now == found.files.end()) {
      differences.push_back(name + " is missing");
    } else if (now->second != digest) {
      differences.push_back(name + " was altered");
    }
  }
  for (const auto& [name, digest] : found.files) {
    if (!recorded.files.contains(name)) differences.push_back(name + " was added");
  }
  return differences;
}

}  // namespace upkeep::packs
