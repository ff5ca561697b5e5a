// SPDX-License-Identifier: Apache-2.0
//
// upkeep.http: what playbooks can ask of an HTTP endpoint. http.lua declares it for authors.

#ifndef UPKEEP_CHECKS_HTTP_MODULE_H_
#define UPKEEP_CHECKS_HTTP_MODULE_H_

#include <memory>

#include "checks/http/probe.h"
#include "checks/model/host_module.h"

namespace upkeep::http {

/// `reactor` must outlive the module. Preparing never fails: an endpoint that is down is what the
/// playbook is there to find.
std::unique_ptr<checks::HostModule> MakeHttpModule(io::Reactor& reactor, Endpoint endpoint);

}  // namespace upkeep::http

#endif  // UPKEEP_CHECKS_HTTP_MODULE_H_
