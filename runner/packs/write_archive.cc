// SPDX-License-Identifier: Apache-2.0
//
// Writing archives: POSIX ustar within gzip. The static libarchive's writer would take in every
// format that it knows, and what it writes depends on its version; the same pack shall give the
// same bytes.
#include <zlib.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <limits>

#include "runner/packs/contents.h"
#include "runner/packs/folder.h"

namespace upkeep::packs {
namespace {

constexpr std::size_t kBlock = 512, kNameBytes = 100, kPrefixBytes = 155;

/// One header of POSIX.1-1988 ustar.
struct Header {
  char name[kNameBytes], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
  char magic[6], version[2], user[32], group[32], device_major[8], device_minor[8], prefix[kPrefixBytes], unused[12];
};
static_assert(sizeof(Header) == kBlock);

/// Where `name` is cut into prefix and name; npos when no '/' does it.
std::size_t CutOf(const std::string& name) {
  if (name.size() <= kNameBytes) return 0;
  const std::size_t at = name.find('/', name.size() - kNameBytes - 1);
  return at <= kPrefixBytes ? at : std::string::npos;
}

bool AppendHeader(const std::string& name, std::size_t size, std::string& tar) {
  const std::size_t cut = CutOf(name);
  if (cut == std::string::npos) return false;
  Header header{};
  const std::size_t start = cut == 0 ? 0 : cut + 1;
  std::memcpy(header.name, name.data() + start, name.size() - start);
  std::memcpy(header.prefix, name.data(), cut);
  std::memcpy(header.mode, "0000644", 7);
  std::memcpy(header.uid, "0000000", 7);
  std::memcpy(header.gid, "0000000", 7);
  std::snprintf(header.size, sizeof header.size, "%011zo", size);
  std::memcpy(header.mtime, "00000000000", 11);
  std::memset(header.checksum, ' ', sizeof header.checksum);
  header.type = '0';
  std::memcpy(header.magic, "ustar", 6);
  std::memcpy(header.version, "00", 2);
  std::array<unsigned char, kBlock> bytes{};
  std::memcpy(bytes.data(), &header, kBlock);
  unsigned sum = 0;
  for (const unsigned char byte : bytes) sum += byte;
  std::snprintf(header.checksum, sizeof header.checksum, "%06o", sum);
  tar.append(reinterpret_cast<const char*>(&header), kBlock);
  return true;
}

Result<std::string> Compress(const std::string& bytes) {
  z_stream stream{};
  constexpr int kGzip = 15 + 16, kMemoryLevel = 8;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzip, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    return Status(Code::kInternal, "zlib cannot be started");
  }
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  static_assert(std::numeric_limits<uInt>::max() > 4 * kMostPackBytes);   // One call is enough.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int ended = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END) return Status(Code::kInternal, "zlib cannot compress the archive");
  return packed;
}

}  // namespace

Result<std::string> WriteArchive(const Contents& contents) {
  std::string tar;
  for (const auto& [name, bytes] : contents) {
    if (!AppendHeader(name, bytes.size(), tar)) {
      return Status(Code::kInvalid, "the name of " + name + " is too long for an archive")
          .WithHint("100 bytes after the last '/' that counts, and 155 before it");
    }
    tar += bytes;
    tar.resize((tar.size() + kBlock - 1) / kBlock * kBlock, '\0');
  }
  tar.append(2 * kBlock, '\0');   // The end of a tar.
  return Compress(tar);
}

}  // namespace upkeep::packs
