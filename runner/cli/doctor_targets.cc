// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "base/when_all.h"
#include "checks/kubernetes/module.h"
#include "runner/cli/doctor.h"
#include "runner/cli/exit_codes.h"
#include "runner/cli/target_needs.h"
#include "runner/run/session.h"

namespace upkeep::cli {
namespace {

using checks::Need;
using checks::Target;
using Level = Diagnosis::Level;

/// A token or a certificate is refused when clocks are minutes apart; seconds are worth a word.
constexpr double kSkewShown = 5, kSkewFault = 60;
constexpr std::chrono::seconds kLookTime{30};

/// What could not be looked at is unknown, whatever the reason.
const int kUnknownExit = ExitOf(checks::State::kUnknown);

int ExitOfLook(const Status& status) {
  return status.code() == Code::kConfig || status.code() == Code::kInvalid ? 0 : kUnknownExit;
}

bool NeverReached(const Status& status) {
  return status.code() == Code::kUnreachable || status.code() == Code::kTimeout;
}

bool IsEndpoint(std::string_view module) { return module == "http" || module == "tls" || module == "dns"; }

/// What has no rights to ask for is looked at once: by the call that reaches it.
std::string LookOf(std::string_view endpoint, const Target& target) {
  if (endpoint == "http") return target.method == "HEAD" ? "head" : "get";
  return endpoint == "tls" ? "connect" : "resolve";
}

/// Reaches an endpoint through one of its modules. True when it answered, whatever it said.
Task<bool> DiagnoseEndpoint(checks::HostModule& module, const Target& target,
                            std::vector<Diagnosis>& found, Limits limits) {
  const std::string name(module.name());
  std::string function = LookOf(name, target);
  const Result<lua::Answer> answer = co_await module.Call(std::move(function), Value::array(), limits);
  if (!answer.ok()) {
    found.push_back(FaultOf(target.name, answer.status(), ExitOfLook(answer.status())));
    co_return !NeverReached(answer.status());
  }
  std::string text = "answers";
  if (name == "http") text += " (HTTP " + std::to_string(answer->value.value("status", 0)) + ")";
  if (name == "tls") text += " (" + StringAt(answer->value, "version") + ")";
  if (name == "dns") text = "its name is found";
  found.push_back({Level::kOk, target.name, std::move(text), "", 0});
  co_return true;
}

struct RightsSeen {
  bool answered = false;   ///< The target, to anything.
  bool granted = false;    ///< One need at least: the login worked.
};

/// Asks for the rights of one identity.
Task<RightsSeen> DiagnoseRights(const run::Modules& modules, const std::vector<Need>& needs, std::string what,
                          std::vector<Diagnosis>& found, Limits limits) {
  RightsSeen seen;
  std::size_t granted = 0, asked = 0;
  std::set<std::string> said;
  for (const auto& module : modules) {
    if (IsEndpoint(module->name())) continue;   // It grants nothing; it was looked at.
    std::vector<Need> own;
    for (const Need& need : needs) {
      if (need.module == module->name() && IsAskedFor(need)) own.push_back(need);
    }
    if (own.empty()) continue;
    asked += own.size();
    const std::vector<Status> statuses = co_await module->Prepare(own, limits);
    if (const Status refused = module->NotConnected(); !refused.ok()) {
      seen.answered = seen.answered || !NeverReached(refused);
      found.push_back(FaultOf(what, refused, ExitOfLook(refused)));
      continue;
    }
    for (std::size_t i = 0; i < own.size() && i < statuses.size(); ++i) {
      const Status& status = statuses[i];
      seen.answered = seen.answered || !NeverReached(status);
      if (status.ok()) {
        ++granted;
        continue;
      }
      if (!said.insert(status.message()).second) continue;
      if (!NeverReached(status) && (own[i].optional || status.code() == Code::kNoData)) {
        found.push_back({Level::kNote, what, own[i].ToString() + ": " + status.message(), status.hint(), 0});
        if (status.code() == Code::kNoData) --asked;   // Of what is not there nothing can be granted.
        continue;
      }
      found.push_back(FaultOf(what, status, ExitOfLook(status)));
    }
  }
  if (granted > 0) {
    found.push_back({Level::kOk, what, std::to_string(granted) + " of " + std::to_string(asked) +
                                           " needs of the playbooks are granted", "", 0});
  }
  seen.granted = granted > 0;
  co_return seen;
}

Task<void> DiagnoseIdentity(kubernetes::KubernetesClient& client, std::string what,
                            std::vector<Diagnosis>& found, Limits limits) {
  const Value review = {{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "SelfSubjectReview"}};
  kubernetes::WriteOptions options;
  const Result<Value> answer =
      co_await client.Create("selfsubjectreviews.authentication.k8s.io", "", review, options, limits);
  if (!answer.ok()) {
    if (!NeverReached(answer.status())) {
      found.push_back({Level::kNote, what, "who upkeep is there cannot be told: " + answer.status().message(), "", 0});
    }
    co_return;
  }
  const Value user = answer.value().value("/status/userInfo/username"_json_pointer, Value());
  found.push_back({Level::kOk, what, "upkeep is " + (user.is_string() ? user.get<std::string>() : "nobody known") +
                                         " at " + client.access().server, "", 0});
  if (!client.access().tls.verify) {
    found.push_back({Level::kNote, what, "TLS is not verified", "remove insecure-skip-tls-verify", 0});
  }
}

Task<void> DiagnoseClock(kubernetes::KubernetesClient& client, std::string what,
                         std::vector<Diagnosis>& found, Limits limits) {
  const Result<kubernetes::ServerTime> time = co_await client.Time(limits);
  if (!time.ok()) {
    if (!NeverReached(time.status())) found.push_back(FaultOf(what, time.status(), kUnknownExit));
    co_return;
  }
  const double skew = std::abs(time.value().skew_seconds);
  char text[96];
  std::snprintf(text, sizeof text, "its clock is %.1f s %s ours (give or take %.1f s)", skew,
                time.value().skew_seconds < 0 ? "behind" : "before", time.value().uncertainty_seconds);
  const double sure = skew - time.value().uncertainty_seconds;
  Diagnosis diagnosis{Level::kOk, what, text, "", 0};
  if (sure > kSkewShown) {
    diagnosis.level = sure > kSkewFault ? Level::kFault : Level::kNote;
    diagnosis.exit_code = sure > kSkewFault ? ExitOf(checks::State::kWarning) : 0;
    diagnosis.help = "let both keep time by NTP: timedatectl status, chronyc tracking";
  }
  found.push_back(std::move(diagnosis));
}

Task<void> DiagnoseTarget(const Target& target, TargetNeeds wanted, const run::ModuleFactory& factory,
                          std::vector<Diagnosis>& found, bool& answered, Limits limits) {
  const Limits look = limits.Within(kLookTime);
  const Result<run::Modules> modules = co_await factory.maker()(target, look);
  if (!modules.ok()) {
    found.push_back(FaultOf(target.name, modules.status(), ExitOfLook(modules.status())));
    co_return;
  }
  if (modules.value().empty()) {
    found.push_back({Level::kNote, target.name, "nothing here can look at this kind of target yet", "", 0});
    answered = true;
    co_return;
  }
  for (const auto& module : modules.value()) {
    auto* const cluster = dynamic_cast<kubernetes::KubernetesModule*>(module.get());
    if (cluster == nullptr) continue;
    co_await DiagnoseIdentity(cluster->reader(), target.name, found, look);
    co_await DiagnoseClock(cluster->reader(), target.name, found, look);
  }
  for (const auto& module : modules.value()) {
    if (!IsEndpoint(module->name())) continue;
    const bool did = co_await DiagnoseEndpoint(*module, target, found, look);
    answered = answered || did;
  }
  const RightsSeen seen = co_await DiagnoseRights(modules.value(), wanted.read, target.name, found, look);
  answered = answered || seen.answered;
  if (!target.user.empty() && seen.granted) {
    found.push_back({Level::kOk, target.name, "upkeep logs in as " + target.user, "", 0});
  }
  if (wanted.write.empty() || (target.write_kubeconfig.empty() && target.write_user.empty())) co_return;
  const std::string what = target.name + " (write)";
  const Result<run::Modules> writers = co_await factory.write_maker()(target, look);
  if (!writers.ok()) {
    found.push_back(FaultOf(what, writers.status(), ExitOfLook(writers.status())));
    co_return;
  }
  co_await DiagnoseRights(writers.value(), wanted.write, what, found, look);
}

}  // namespace

Task<std::vector<Diagnosis>> DiagnoseTargets(const checks::Inventory& inventory,
                                             const std::vector<run::Playbook>& playbooks,
                                             const run::ModuleFactory& factory, Limits limits) {
  const std::size_t count = inventory.targets.size();
  std::vector<std::vector<Diagnosis>> found(count);
  const std::unique_ptr<bool[]> answered(new bool[count]());
  std::vector<Task<void>> tasks;
  for (std::size_t i = 0; i < count; ++i) {
    const Target& target = inventory.targets[i];
    tasks.push_back(DiagnoseTarget(target, NeedsOn(target, playbooks), factory, found[i], answered[i], limits));
  }
  co_await WhenAll(std::move(tasks));
  std::vector<Diagnosis> all;
  for (std::vector<Diagnosis>& of_target : found) {
    for (Diagnosis& diagnosis : of_target) all.push_back(std::move(diagnosis));
  }
  if (count > 0 && std::none_of(answered.get(), answered.get() + count, [](bool did) { return did; })) {
    all.push_back(FaultOf("targets", Status(Code::kUnreachable, "no target answered at all")));
  }
  co_return all;
}

}  // namespace upkeep::cli
