// SPDX-License-Identifier: Apache-2.0
//
// upkeep.dns: names looked up by this machine's resolver (hosts file, search domains and name
// servers as configured here), the way every client on it does. dns.lua declares it for authors.

#ifndef UPKEEP_CHECKS_DNS_MODULE_H_
#define UPKEEP_CHECKS_DNS_MODULE_H_

#include <chrono>
#include <memory>
#include <string>

#include "base/io/reactor.h"
#include "checks/model/host_module.h"

namespace upkeep::dns {

struct Endpoint {
  std::string host;  ///< What resolve() looks up when it is given no name.
  std::chrono::microseconds time_limit{std::chrono::seconds(10)};
};

/// `reactor` must outlive the module. Preparing never fails: a name that does not resolve is what
/// the playbook is there to find.
std::unique_ptr<checks::HostModule> MakeDnsModule(io::Reactor& reactor, Endpoint endpoint);

}  // namespace upkeep::dns

#endif  // UPKEEP_CHECKS_DNS_MODULE_H_
