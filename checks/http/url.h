// SPDX-License-Identifier: Apache-2.0
//
// The parts of an http(s) URL that probes need to know apart.

#ifndef UPKEEP_CHECKS_HTTP_URL_H_
#define UPKEEP_CHECKS_HTTP_URL_H_

#include <string>
#include <string_view>

#include "base/status.h"

namespace upkeep::http {

struct Url {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< Lower case; an IPv6 address without its brackets.
  int port = 0;        ///< The scheme's own where the URL names none.
  std::string target;  ///< Path and query, at least "/".
  std::string origin;  ///< "https://host:port", the way it was written; no user, no path.
  bool has_user = false;  ///< A user name stands before the host. Credentials don't belong there.
};

/// kInvalid for anything else. The message never repeats the URL, which may hold secrets.
Result<Url> ParseUrl(std::string_view text);

/// Same scheme, host and port: credentials may be sent to both.
bool SameOrigin(const Url& a, const Url& b);

}  // namespace upkeep::http

#endif  // UPKEEP_CHECKS_HTTP_URL_H_
