// SPDX-License-Identifier: Apache-2.0
#include "checks/dns/module.h"

#include <utility>

#include "base/io/stream.h"

namespace upkeep::dns {
namespace {

using checks::Need;

/// The name that resolve([name]) asks for; "" for the target's own.
Result<std::string> ReadName(std::string_view function, const Value& arguments) {
  if (function != "resolve") {
    return Status(Code::kInvalid, "upkeep.dns has no function '" + std::string(function) + "'");
  }
  if (arguments.empty() || (arguments.size() == 1 && arguments[0].is_null())) {
    return std::string();
  }
  if (arguments.size() > 1 || !arguments[0].is_string() ||
      arguments[0].get_ref<const std::string&>().empty()) {
    return Status(Code::kInvalid, "dns.resolve is called as resolve([name])");
  }
  return arguments[0].get<std::string>();
}

class DnsModule final : public checks::HostModule {
 public:
  DnsModule(io::Reactor& reactor, Endpoint endpoint)
      : reactor_(reactor), endpoint_(std::move(endpoint)) {}

  std::string_view name() const override { return "dns"; }
  std::vector<std::string> Functions() const override { return {"resolve"}; }

  Result<Need> NeedOf(std::string_view function, const Value& arguments) const override {
    const Result<std::string> asked = ReadName(function, arguments);
    if (!asked.ok()) return asked.status();
    Need need;
    need.module = "dns";
    need.verb = "resolve";
    return need;
  }

  Task<std::vector<Status>> Prepare(std::vector<Need> needs, Limits) override {
    co_return std::vector<Status>(needs.size());
  }

  Task<Result<lua::Answer>> Call(std::string function, Value arguments, Limits limits) override {
    const Result<std::string> asked = ReadName(function, arguments);
    if (!asked.ok()) co_return asked.status();
    const std::string name = (*asked).empty() ? endpoint_.host : *asked;
    const Limits bounded = limits.Within(endpoint_.time_limit);
    const SteadyInstant start = std::chrono::steady_clock::now();
    const auto addresses = co_await io::Resolve(reactor_, name, bounded);
    if (!addresses.ok()) co_return addresses.status();
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - start;
    lua::Answer out;
    out.value["name"] = name;
    out.value["addresses"] = *addresses;
    out.value["milliseconds"] = took.count();
    co_return std::move(out);
  }

 private:
  io::Reactor& reactor_;
  const Endpoint endpoint_;
};

}  // namespace

std::unique_ptr<checks::HostModule> MakeDnsModule(io::Reactor& reactor, Endpoint endpoint) {
  return std::make_unique<DnsModule>(reactor, std::move(endpoint));
}

}  // namespace upkeep::dns
