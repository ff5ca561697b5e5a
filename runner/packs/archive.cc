// SPDX-License-Identifier: Apache-2.0
//
// Reading archives, by libarchive: only tar and only gzip of all that it can read, and nothing is
// written to the disk by it.
#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <utility>

#include "runner/packs/contents.h"
#include "runner/packs/folder.h"
#include "runner/packs/manifest.h"

namespace upkeep::packs {
namespace {

struct FreeReader {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
Status Broken(const std::string& file, archive* reader) {
  const char* const cause = archive_error_string(reader);
  return Status(Code::kInvalid, file + " is no readable archive" +
                                    (cause == nullptr ? "" : std::string(": ") + cause))
      .WithHint("a pack is a folder or a tar.gz; upkeep pack build makes one");
}

bool HasHiddenPart(std::string_view name) {
  return name.starts_with('.') || name.find("/.") != std::string_view::npos;
}

/// "./a/b" as "a/b", which is how `tar -C FOLDER .` writes names.
std::string_view WithoutDot(std::string_view name) {
  while (name.starts_with("./")) name.remove_prefix(2);
  return name;
}

Result<std::string> ReadEntry(archive* reader, std::uintmax_t left, const std::string& file,
                              const std::string& name) {
  std::string bytes;
  char piece[16384];
  for (;;) {
    const la_ssize_t got = archive_read_data(reader, piece, sizeof piece);
    if (got == 0) return bytes;
    if (got < 0) return Broken(file, reader);
    // What the entry says of its size is not believed: a bomb would not say.
    if (bytes.size() + static_cast<std::size_t>(got) > left) {
      return Status(Code::kInvalid, file + " unpacks to more than " + std::to_string(kMostPackBytes >> 20) +
                                        " MiB, at " + name);
    }
    bytes.append(piece, static_cast<std::size_t>(got));
  }
}

/// Takes the one folder off that every name lies in, when the manifest does.
Contents WithoutTopFolder(Contents contents) {
  if (contents.empty() || contents.contains(std::string(kManifestFile))) return contents;
  const std::string& first = contents.begin()->first;
  const std::string top = first.substr(0, first.find('/') + 1);
  if (top.empty() || !contents.contains(top + std::string(kManifestFile))) return contents;
  Contents inner;
  for (auto& [name, bytes] : contents) {
    if (!name.starts_with(top)) return contents;
    inner[name.substr(top.size())] = bytes;
  }
  return inner;
}

}  // namespace

Result<Contents> ReadArchive(std::string_view bytes, const std::string& file) {
  const std::unique_ptr<archive, FreeReader> reader(archive_read_new());
  archive_read_support_format_tar(reader.get());
  archive_read_support_filter_gzip(reader.get());
  if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) {
    return Broken(file, reader.get());
  }
  Contents contents;
  std::uintmax_t left = kMostPackBytes;
  archive_entry* entry = nullptr;
  for (std::size_t entries = 0;; ++entries) {
    const int next = archive_read_next_header(reader.get(), &entry);
    if (next == ARCHIVE_EOF) break;
    if (next != ARCHIVE_OK) return Broken(file, reader.get());
    if (entries > 2 * kMostPackFiles || contents.size() > kMostPackFiles) {
      return Status(Code::kInvalid, file + " has more than " + std::to_string(kMostPackFiles) + " files");
    }
    // The first is missing where the locale of the process has no such letters.
    const char* raw = archive_entry_pathname(entry);
    if (raw == nullptr) raw = archive_entry_pathname_utf8(entry);
    const std::string name(WithoutDot(raw == nullptr ? "" : raw));
    const bool is_link = archive_entry_hardlink(entry) != nullptr || archive_entry_filetype(entry) == AE_IFLNK;
    if (!is_link && archive_entry_filetype(entry) == AE_IFDIR) continue;
    if (name.starts_with('/') || name == ".." || name.starts_with("../") || name.find("/../") != std::string::npos) {
      return Status(Code::kInvalid, file + " holds '" + name + "', which leads out of the pack");
    }
    if (HasHiddenPart(name)) continue;
    if (is_link || archive_entry_filetype(entry) != AE_IFREG) {
      return Status(Code::kInvalid, file + " holds '" + name + "', which is a link or no file")
          .WithHint("a pack holds files alone");
    }
    if (!IsFileName(name)) {
      return Status(Code::kInvalid, file + " holds '" + name + "', which is no name for a file of a pack");
    }
    Result<std::string> content = ReadEntry(reader.get(), left, file, name);
    if (!content.ok()) return content.status();
    left -= content->size();
    if (!contents.emplace(name, *std::move(content)).second) {
      return Status(Code::kInvalid, file + " holds '" + name + "' twice");
    }
  }
  return WithoutTopFolder(std::move(contents));
}

}  // namespace upkeep::packs
