// SPDX-License-Identifier: Apache-2.0
#include "base/yaml/text.h"

#include <algorithm>
#include <cstdio>

namespace upkeep::yaml {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{4} << 20;
constexpr std::size_t kMaxShownBytes = 240;

/// How many bytes the character at `at` has; 0 when they are not UTF-8 (overlong forms,
/// surrogates and values above U+10FFFF included).
std::size_t CharacterLength(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned lead = byte(at), second = byte(at + 1);
  if (lead < 0x80U) return 1;
  if (lead >= 0xC2U && lead <= 0xDFU) return continues(at + 1) ? 2 : 0;
  if ((lead & 0xF0U) == 0xE0U) {
    if (lead == 0xE0U && second < 0xA0U) return 0;
    if (lead == 0xEDU && second > 0x9FU) return 0;
    return continues(at + 1) && continues(at + 2) ? 3 : 0;
  }
  if (lead >= 0xF0U && lead <= 0xF4U) {
    if (lead == 0xF0U && second < 0x90U) return 0;
    if (lead == 0xF4U && second > 0x8FU) return 0;
    return continues(at + 1) && continues(at + 2) && continues(at + 3) ? 4 : 0;
  }
  return 0;
}

SourcePlace PlaceAt(std::string_view text, const std::string& file, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto newline = before.rfind('\n');
  const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  SourcePlace place{
      .file = file, .line = 1, .column = static_cast<int>(at - start) + 1, .text = ""};
  place.line += static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  place.text = LineOf(text, place.line);
  return place;
}

/// Whether `line` ends with the header of a block scalar: "key: |", "- >-", "key: |2 # why".
bool OpensBlockScalar(std::string_view line) {
  if (const auto comment = line.find(" #"); comment != std::string_view::npos) {
    line = line.substr(0, comment);
  }
  const auto last = line.find_last_not_of(" \t\r");
  if (last == std::string_view::npos) return false;
  auto sign = line.find_last_not_of("+-123456789", last);
  if (sign == std::string_view::npos || (line[sign] != '|' && line[sign] != '>')) return false;
  return sign == 0 || line[sign - 1] == ' ';
}

/// Finds the first tab that stands where an indent is counted; npos when there is none. The
/// text of a block scalar may begin with tabs: they are its content.
std::size_t TabInIndent(std::string_view text) {
  bool in_block = false;
  std::size_t block_indent = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, end - start);
    const std::size_t spaces = std::min(line.find_first_not_of(' '), line.size());
    const bool blank = line.find_first_not_of(" \t\r") == std::string_view::npos;
    if (in_block && !blank && spaces <= block_indent) in_block = false;
    if (!in_block) {
      if (spaces < line.size() && line[spaces] == '\t') return start + spaces;
      if (!blank && OpensBlockScalar(line)) {
        in_block = true;
        block_indent = spaces;
      }
    }
    start = end + 1;
  }
  return std::string_view::npos;
}

}  // namespace

std::string LineOf(std::string_view text, int line) {
  std::size_t start = 0;
  for (int skipped = 1; skipped < line; ++skipped) {
    const auto newline = text.find('\n', start);
    if (newline == std::string_view::npos) return "";
    start = newline + 1;
  }
  std::string_view found = text.substr(start, text.find('\n', start) - start);
  if (!found.empty() && found.back() == '\r') found.remove_suffix(1);
  if (found.size() > kMaxShownBytes) {
    std::size_t cut = kMaxShownBytes;
    while (cut > 0 && (static_cast<unsigned char>(found[cut]) & 0xC0U) == 0x80U) --cut;
    found = found.substr(0, cut);
  }
  return std::string(found);
}

Status CheckText(std::string_view text, const std::string& file) {
  const SourcePlace start{.file = file, .line = 1, .column = 1, .text = ""};
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return Status(Code::kInvalid, "the file is UTF-16").WithHint("save it as UTF-8").At(start);
  }
  if (text.size() > kMaxBytes) {
    return Status(Code::kInvalid, "the file is larger than 4 MiB, and no more is read")
        .WithHint("check that this is the file that was meant")
        .At({.file = file, .line = 0, .column = 0, .text = ""});
  }
  // One may have slipped into a text, and its place helps; a program has many.
  if (std::count(text.begin(), text.end(), '\0') > 1) {
    return Status(Code::kInvalid, "the file is binary, not text")
        .WithHint("check that this is the file that was meant")
        .At(start);
  }
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = CharacterLength(text, at);
    if (length == 0) {
      return Status(Code::kInvalid, "this byte is not UTF-8")
          .WithHint("save the file as UTF-8")
          .At(PlaceAt(text, file, at));
    }
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte < 0x20U && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7FU) {
      char name[48];
      std::snprintf(name, sizeof name, "a control character (0x%02x) stands here", unsigned{byte});
      return Status(Code::kInvalid, name).WithHint("remove it").At(PlaceAt(text, file, at));
    }
    at += length;
  }
  if (const std::size_t tab = TabInIndent(text); tab != std::string_view::npos) {
    return Status(Code::kInvalid, "a tab is used as indent")
        .WithHint("YAML indents with spaces only")
        .At(PlaceAt(text, file, tab));
  }
  return Status::Ok();
}

}  // namespace upkeep::yaml
