// SPDX-License-Identifier: Apache-2.0
//
// upkeep.plugin: Monitoring Plugins (of Nagios, Icinga and their kin) that the inventory declares
// for a target. A playbook names one; which program that is, and with which arguments, is the
// administrator's to say. plugin.lua declares it for authors.

#ifndef UPKEEP_CHECKS_PLUGIN_MODULE_H_
#define UPKEEP_CHECKS_PLUGIN_MODULE_H_

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/io/reactor.h"
#include "checks/model/host_module.h"

namespace upkeep::plugin {

struct Plugins {
  std::string target;                                          ///< Its name, for messages.
  std::map<std::string, std::vector<std::string>> commands;    ///< Name → program and arguments.
  std::chrono::microseconds time_limit{std::chrono::seconds(10)};   ///< Of each.
};

/// `reactor` must outlive the module. Programs run without a shell, in a process group of their
/// own, with no input and a small environment without upkeep's own variables, and are killed with
/// their children when the time is up. A need for a plugin that is not declared is kNoData.
std::unique_ptr<checks::HostModule> MakePluginModule(io::Reactor& reactor, Plugins plugins);

}  // namespace upkeep::plugin

#endif  // UPKEEP_CHECKS_PLUGIN_MODULE_H_
