// SPDX-License-Identifier: Apache-2.0
#include "checks/plugin/module.h"

#include <cstdlib>
#include <utility>

#include "checks/plugin/output.h"
#include "checks/targets/command.h"

namespace upkeep::plugin {
namespace {

using checks::Need;

constexpr std::size_t kMostOutputBytes = std::size_t{256} << 10;
constexpr const char* kStates[] = {"ok", "warning", "critical", "unknown"};

/// What plugins need of the environment. They print numbers, so the locale is fixed; what else
/// upkeep's environment holds (secrets among it) is not theirs.
std::vector<std::string> Environment() {
  std::vector<std::string> environment = {"LC_ALL=C.UTF-8", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"};
  for (const char* name : {"HOME", "TZ"}) {
    if (const char* const value = std::getenv(name); value != nullptr) {
      environment.push_back(std::string(name) + "=" + value);
    }
  }
  return environment;
}

Value ToValue(const Range& range) {
  Value value = {{"text", range.text}, {"inside", range.inside}};
  if (range.low) value["low"] = *range.low;
  if (range.high) value["high"] = *range.high;
  return value;
}

Value ToValue(const PerfValue& perf) {
  Value value = {{"label", perf.label}, {"uom", perf.uom}, {"unit", perf.unit}, {"counter", perf.counter}};
  if (perf.value) value["value"] = *perf.value;
  if (perf.warning) value["warning"] = ToValue(*perf.warning);
  if (perf.critical) value["critical"] = ToValue(*perf.critical);
  if (perf.min) value["min"] = *perf.min;
  if (perf.max) value["max"] = *perf.max;
  return value;
}

Value ToValue(const std::string& name, int exit, const Output& output) {
  Value perfdata = Value::array();
  for (const PerfValue& value : output.perfdata.values) perfdata.push_back(ToValue(value));
  return {{"name", name},         {"state", kStates[exit]},          {"exit", exit},
          {"text", output.text},  {"long_text", output.long_text},   {"perfdata", std::move(perfdata)},
          {"broken", Value(output.perfdata.broken)}};
}

class PluginModule final : public checks::HostModule {
 public:
  PluginModule(io::Reactor& reactor, Plugins plugins) : reactor_(reactor), plugins_(std::move(plugins)) {}

  std::string_view name() const override { return "plugin"; }
  std::vector<std::string> Functions() const override { return {"names", "run"}; }

  Result<Need> NeedOf(std::string_view function, const Value& arguments) const override {
    Need need;
    need.module = "plugin";
    need.verb = "run";
    if (function == "names") {
      if (!arguments.empty()) return Status(Code::kInvalid, "plugin.names is called as names()");
      need.object = "*";
      return need;
    }
    if (function != "run") {
      return Status(Code::kInvalid, "upkeep.plugin has no function '" + std::string(function) + "'");
    }
    if (!arguments.is_array() || arguments.size() != 1 || !arguments[0].is_string()) {
      return Status(Code::kInvalid, "plugin.run is called as run(\"NAME\"): the inventory says what NAME runs");
    }
    need.object = arguments[0].get<std::string>();
    return need;
  }

  Task<std::vector<Status>> Prepare(std::vector<Need> needs, Limits) override {
    std::vector<Status> known;
    for (const Need& need : needs) {
      known.push_back(need.object == "*" || plugins_.commands.contains(need.object) ? Status::Ok() : NoSuch(need.object));
    }
    co_return known;
  }

  Task<Result<lua::Answer>> Call(std::string function, Value arguments, Limits limits) override {
    lua::Answer answer;
    if (function == "names") {
      answer.value = Value::array();
      for (const auto& [name, command] : plugins_.commands) answer.value.push_back(name);
      co_return std::move(answer);
    }
    const Result<Need> need = NeedOf(function, arguments);
    if (!need.ok()) co_return need.status();
    const std::string name = need->object;
    const auto found = plugins_.commands.find(name);
    if (found == plugins_.commands.end()) co_return NoSuch(name);
    checks::Command command;
    command.arguments = found->second;
    command.max_output = kMostOutputBytes;
    command.environment = Environment();
    const Result<checks::Ended> end =
        co_await checks::RunToEnd(reactor_, std::move(command), limits.Within(plugins_.time_limit));
    if (!end.ok()) {
      // A program that is not there is no fault of upkeep's settings alone: the check could not look.
      const Code code = end.status().code() == Code::kConfig ? Code::kError : end.status().code();
      co_return Status(code, "the plugin " + name + ": " + end.status().message());
    }
    if (end->signal != 0) {
      co_return Status(Code::kError, "the plugin " + name + " was ended by signal " + std::to_string(end->signal));
    }
    if (end->exit < 0 || end->exit > 3) {
      co_return Status(Code::kError, "the plugin " + name + " ended with status " + std::to_string(end->exit) +
                                         ", and plugins end with 0 to 3");
    }
    answer.value = ToValue(name, end->exit, ReadOutput(end->output));
    co_return std::move(answer);
  }

 private:
  Status NoSuch(const std::string& name) const {
    return Status(Code::kNoData, "the inventory declares no plugin '" + name + "' for " + plugins_.target)
        .WithHint("write plugins: {" + name + ": [/usr/lib/nagios/plugins/check_load, -w, \"5,4,3\"]}");
  }

  io::Reactor& reactor_;
  const Plugins plugins_;
};

}  // namespace

std::unique_ptr<checks::HostModule> MakePluginModule(io::Reactor& reactor, Plugins plugins) {
  return std::make_unique<PluginModule>(reactor, std::move(plugins));
}

}  // namespace upkeep::plugin
