// SPDX-License-Identifier: Apache-2.0
#include "checks/http/url.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace upkeep::http {
namespace {

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

/// "host", "host:port" or "[address]:port" into `url`; false when it is none of these.
bool ReadAuthority(std::string_view text, Url& url) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    url.host = LowerCase(text.substr(1, end - 1));
    port = text.substr(end + 1);
    if (!port.empty() && port[0] != ':') return false;
    if (!port.empty()) port.remove_prefix(1);
  } else {
    const std::size_t colon = text.find(':');
    url.host = LowerCase(text.substr(0, colon));
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
  }
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc() || end != port.data() + port.size()) return false;
  }
  return !url.host.empty() && url.port >= 1 && url.port <= 65535;
}

}  // namespace

Result<Url> ParseUrl(std::string_view text) {
  const Status bad(Code::kInvalid, "not a URL of the form https://host[:port]/path");
  const bool blank = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
  });
  const std::size_t colon = text.find("://");
  if (blank || colon == std::string_view::npos) return bad;
  Url url;
  url.scheme = LowerCase(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return bad;
  url.port = url.scheme == "http" ? 80 : 443;
  std::string_view rest = text.substr(colon + 3);
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, end);
  rest.remove_prefix(end);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    url.has_user = true;
    authority.remove_prefix(at + 1);
  }
  if (!ReadAuthority(authority, url)) return bad;
  url.origin = url.scheme + "://" + std::string(authority);
  url.target = std::string(rest.substr(0, rest.find('#')));
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

bool SameOrigin(const Url& a, const Url& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

}  // namespace upkeep::http
