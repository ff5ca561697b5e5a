// SPDX-License-Identifier: Apache-2.0
//
// upkeep.tls: the certificates that an endpoint serves, as facts. tls.lua declares it for
// authors. The handshake is always completed, so that a bad certificate can be described.

#ifndef UPKEEP_CHECKS_TLS_MODULE_H_
#define UPKEEP_CHECKS_TLS_MODULE_H_

#include <chrono>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/io/stream.h"
#include "checks/model/host_module.h"

namespace upkeep::tls {

struct Endpoint {
  std::string host;
  int port = 443;
  /// Authorities to judge by, the client's certificate, the name to ask for. `verify` is not
  /// used: this module judges and reports, and sends nothing over the connection.
  io::TlsOptions tls;
  std::chrono::microseconds time_limit{std::chrono::seconds(10)};
};

/// `reactor` and `clock` (which days are counted from) must outlive the module. Preparing never
/// fails: an endpoint that is down is what the playbook is there to find.
std::unique_ptr<checks::HostModule> MakeTlsModule(io::Reactor& reactor, Endpoint endpoint,
                                                  const Clock& clock);

}  // namespace upkeep::tls

#endif  // UPKEEP_CHECKS_TLS_MODULE_H_
