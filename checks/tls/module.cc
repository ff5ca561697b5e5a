// SPDX-License-Identifier: Apache-2.0
#include "checks/tls/module.h"

#include <algorithm>
#include <utility>

namespace upkeep::tls {
namespace {

using checks::Need;

Status CheckCall(std::string_view function, const Value& arguments) {
  if (function != "connect") {
    return Status(Code::kInvalid, "upkeep.tls has no function '" + std::string(function) + "'");
  }
  // Lua's empty argument list may arrive as an empty object.
  if (!arguments.empty()) return Status(Code::kInvalid, "tls.connect is called as connect()");
  return Status::Ok();
}

double Seconds(Instant instant) {
  return static_cast<double>(instant.time_since_epoch().count()) / 1e6;
}

double DaysLeft(const io::PeerCertificate& certificate, Instant now) {
  return (Seconds(certificate.not_after) - Seconds(now)) / 86'400;
}

Value ToValue(const io::PeerCertificate& certificate, Instant now) {
  return {
      {"subject", certificate.subject},
      {"issuer", certificate.issuer},
      {"serial", certificate.serial},
      {"dns_names", certificate.dns_names},
      {"ip_addresses", certificate.ip_addresses},
      {"not_before", Seconds(certificate.not_before)},
      {"not_after", Seconds(certificate.not_after)},
      {"days_left", DaysLeft(certificate, now)},
      {"sha256", certificate.sha256},
      {"key_type", certificate.key_type},
      {"key_bits", certificate.key_bits},
      {"signature_algorithm", certificate.signature_algorithm},
      {"self_signed", certificate.subject == certificate.issuer},
  };
}

class TlsModule final : public checks::HostModule {
 public:
  TlsModule(io::Reactor& reactor, Endpoint endpoint, const Clock& clock)
      : reactor_(reactor), endpoint_(std::move(endpoint)), clock_(clock) {
    endpoint_.tls.verify = false;  // See the header: a bad certificate is to be described.
  }

  std::string_view name() const override { return "tls"; }
  std::vector<std::string> Functions() const override { return {"connect"}; }

  Result<Need> NeedOf(std::string_view function, const Value& arguments) const override {
    UPKEEP_RETURN_IF_ERROR(CheckCall(function, arguments));
    Need need;
    need.module = "tls";
    need.verb = "connect";
    return need;
  }

  Task<std::vector<Status>> Prepare(std::vector<Need> needs, Limits) override {
    co_return std::vector<Status>(needs.size());
  }

  Task<Result<lua::Answer>> Call(std::string function, Value arguments, Limits limits) override {
    Status good = CheckCall(function, arguments);
    if (!good.ok()) co_return good;
    const Limits bounded = limits.Within(endpoint_.time_limit);
    const SteadyInstant start = std::chrono::steady_clock::now();
    auto stream =
        co_await io::Stream::Connect(reactor_, endpoint_.host, endpoint_.port, bounded);
    if (!stream.ok()) co_return stream.status();
    const Status started =
        co_await (*stream)->StartTls(endpoint_.tls, endpoint_.host, bounded);
    if (!started.ok()) co_return started;
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - start;
    lua::Answer out;
    out.value = Describe(**stream);
    out.value["milliseconds"] = took.count();
    if (out.value["chain"].empty()) {
      co_return Status(Code::kNoData, endpoint_.host + ":" + std::to_string(endpoint_.port) +
                                          ": the handshake showed no certificate");
    }
    co_return std::move(out);
  }

 private:
  Value Describe(const io::Stream& stream) const {
    const Instant now = clock_.Now();
    Value chain = Value::array();
    double days_left = 0;
    for (const io::PeerCertificate& certificate : stream.PeerChain()) {
      const double days = DaysLeft(certificate, now);
      days_left = chain.empty() ? days : std::min(days_left, days);
      chain.push_back(ToValue(certificate, now));
    }
    const std::string& asked = endpoint_.tls.server_name;
    return {
        {"address", stream.address()},
        {"server_name", asked.empty() ? endpoint_.host : asked},
        {"version", stream.tls_version()},
        {"trusted", stream.verify_error().empty()},
        {"verify_error", stream.verify_error()},
        {"name_matches", stream.name_matches()},
        {"days_left", days_left},
        {"chain", std::move(chain)},
    };
  }

  io::Reactor& reactor_;
  Endpoint endpoint_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<checks::HostModule> MakeTlsModule(io::Reactor& reactor, Endpoint endpoint,
                                                  const Clock& clock) {
  return std::make_unique<TlsModule>(reactor, std::move(endpoint), clock);
}

}  // namespace upkeep::tls
