// SPDX-License-Identifier: Apache-2.0
//
// One look at an HTTP endpoint as a user's browser would take it: redirects followed and kept,
// the time split by step.
//
// THREADS: as the reactor.

#ifndef UPKEEP_CHECKS_HTTP_PROBE_H_
#define UPKEEP_CHECKS_HTTP_PROBE_H_

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/io/reactor.h"
#include "base/status.h"
#include "base/task.h"

namespace upkeep::http {

/// An endpoint of the inventory with its secrets read.
struct Endpoint {
  std::string url;
  io::TlsOptions tls;
  std::string user, password;  ///< Basic authentication; sent to the URL's own origin only.
  std::chrono::microseconds time_limit{std::chrono::seconds(10)};  ///< For the whole chain.
  std::size_t max_body_bytes = std::size_t{4} << 20;
};

/// One redirect that was followed.
struct Hop {
  std::string url;
  int status = 0;
  std::string location;  ///< Absolute.
};

struct Answer {
  io::TransferResponse last;  ///< Of the last URL; its times are the sums over the chain.
  std::string url;            ///< Where the chain ended.
  std::vector<Hop> redirects;
};

/// `method` is GET or HEAD; `url` belongs to `endpoint`'s origin. At most 5 redirects, a sixth
/// is kError. Credentials and the client certificate go to the endpoint's origin only.
/// `reactor` must outlive the task.
Task<Result<Answer>> Probe(io::Reactor& reactor, Endpoint endpoint, std::string method,
                           std::string url, Limits limits);

}  // namespace upkeep::http

#endif  // UPKEEP_CHECKS_HTTP_PROBE_H_
