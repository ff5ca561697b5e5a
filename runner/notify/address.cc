// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/address.h"

#include <string_view>

namespace upkeep::notify {
namespace {

// A shorter segment is a word ("api"), not a key.
constexpr std::size_t kShortestSegmentKey = 8;

std::size_t OriginEnd(const std::string& url) {
  const std::size_t scheme = url.find("://");
  return url.find_first_of("/?#", scheme == std::string::npos ? 0 : scheme + 3);
}

/// Cuts what is before the next of `ends` off `rest`, and that character too.
std::string_view NextPart(std::string_view& rest, std::string_view ends) {
  const std::size_t end = rest.find_first_of(ends);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

}  // namespace

std::string Origin(const std::string& url) { return url.substr(0, OriginEnd(url)); }

void HideAddress(const std::string& url, Redactor& redactor) {
  const std::size_t begin = OriginEnd(url);
  if (begin == std::string::npos) return;
  std::string_view whole = std::string_view(url).substr(begin);
  whole = whole.substr(0, whole.find('#'));
  redactor.Add(whole);
  std::string_view query = whole;
  std::string_view path = NextPart(query, "?");
  redactor.Add(query);
  while (!query.empty()) {
    std::string_view value = NextPart(query, "&;");
    NextPart(value, "=");
    redactor.Add(value);
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  redactor.Add(path);
  while (!path.empty()) {
    const std::string_view segment = NextPart(path, "/");
    if (segment.size() >= kShortestSegmentKey) redactor.Add(segment);
  }
}

}  // namespace upkeep::notify
