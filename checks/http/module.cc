// SPDX-License-Identifier: Apache-2.0
#include "checks/http/module.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "checks/http/url.h"

namespace upkeep::http {
namespace {

using checks::Need;

constexpr std::size_t kShownBodyBytes = std::size_t{64} << 10;

/// What a call asks for: get([path[, {contains = "text"}]]).
struct Question {
  std::string path;      ///< "" for the endpoint's own URL.
  bool has_contains = false;
  std::string contains;
};

Status Misused(std::string_view function) {
  return Status(Code::kInvalid, "http." + std::string(function) +
                                    " is called as " + std::string(function) +
                                    "([path[, {contains = \"text\"}]]); a path starts with '/'");
}

Result<Question> ReadQuestion(std::string_view function, const Value& arguments) {
  if (function != "get" && function != "head") {
    return Status(Code::kInvalid, "upkeep.http has no function '" + std::string(function) + "'");
  }
  const Status misused = Misused(function);
  if (!arguments.is_array() || arguments.size() > 2) return misused;
  Question question;
  if (arguments.size() > 0 && !arguments[0].is_null()) {
    if (!arguments[0].is_string()) return misused;
    question.path = arguments[0].get<std::string>();
    // "//host/" would be another host's.
    if (!question.path.starts_with('/') || question.path.starts_with("//")) return misused;
  }
  if (arguments.size() > 1 && !arguments[1].is_null()) {
    const Value& options = arguments[1];
    const bool empty = options.is_array() && options.empty();  // Lua's {} may arrive as [].
    if (!options.is_object() && !empty) return misused;
    for (const auto& [key, value] : options.items()) {
      if (key != "contains" || !value.is_string()) return misused;
      question.has_contains = true;
      question.contains = value.get<std::string>();
    }
  }
  return question;
}

double Milliseconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000.0;
}

/// Cookies and the like let somebody in: no playbook, case or store gets them.
bool IsCredential(std::string_view name) {
  constexpr std::string_view kNames[] = {"set-cookie", "set-cookie2", "authorization", "proxy-authorization",
                                         "authentication-info", "x-auth-token", "x-api-key"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

Value Headers(const io::TransferResponse& response) {
  Value headers = Value::object();
  for (const auto& [name, value] : response.headers) {
    if (IsCredential(name)) {
      headers[name] = "[redacted]";
    } else if (headers.contains(name)) {
      headers[name] = headers[name].get<std::string>() + ", " + value;
    } else {
      headers[name] = value;
    }
  }
  return headers;
}

Value ToValue(const Answer& answer, const Question& question, bool verified) {
  const io::TransferResponse& last = answer.last;
  Value redirects = Value::array();
  for (const Hop& hop : answer.redirects) {
    redirects.push_back({{"url", hop.url}, {"status", hop.status}, {"location", hop.location}});
  }
  Value value = {
      {"url", answer.url},
      {"status", last.status},
      {"headers", Headers(last)},
      {"body", last.body.substr(0, kShownBodyBytes)},
      {"body_bytes", last.body.size()},
      {"redirects", std::move(redirects)},
      {"milliseconds",
       {{"name", Milliseconds(last.name_lookup)},
        {"connect", Milliseconds(last.connect)},
        {"tls", Milliseconds(last.tls_handshake)},
        {"first_byte", Milliseconds(last.first_byte)},
        {"total", Milliseconds(last.total)}}},
      {"tls_verified", answer.url.starts_with("https:") && verified},
  };
  if (question.has_contains) {
    value["contains"] = last.body.find(question.contains) != std::string::npos;
  }
  return value;
}

class HttpModule final : public checks::HostModule {
 public:
  HttpModule(io::Reactor& reactor, Endpoint endpoint)
      : reactor_(reactor), endpoint_(std::move(endpoint)) {}

  std::string_view name() const override { return "http"; }
  std::vector<std::string> Functions() const override { return {"get", "head"}; }

  Result<Need> NeedOf(std::string_view function, const Value& arguments) const override {
    const Result<Question> question = ReadQuestion(function, arguments);
    if (!question.ok()) return question.status();
    Need need;
    need.module = "http";
    need.verb = function;
    return need;
  }

  Task<std::vector<Status>> Prepare(std::vector<Need> needs, Limits) override {
    co_return std::vector<Status>(needs.size());
  }

  Task<Result<lua::Answer>> Call(std::string function, Value arguments, Limits limits) override {
    const Result<Question> question = ReadQuestion(function, arguments);
    if (!question.ok()) co_return question.status();
    const Result<Url> url = ParseUrl(endpoint_.url);
    if (!url.ok()) co_return url.status();
    std::string asked = question->path.empty() ? endpoint_.url : url->origin + question->path;
    const std::string method = function == "head" ? "HEAD" : "GET";
    const Result<Answer> answer =
        co_await Probe(reactor_, endpoint_, method, std::move(asked), std::move(limits));
    if (!answer.ok()) co_return answer.status();
    lua::Answer out;
    out.value = ToValue(*answer, *question, endpoint_.tls.verify);
    co_return std::move(out);
  }

 private:
  io::Reactor& reactor_;
  const Endpoint endpoint_;
};

}  // namespace

std::unique_ptr<checks::HostModule> MakeHttpModule(io::Reactor& reactor, Endpoint endpoint) {
  return std::make_unique<HttpModule>(reactor, std::move(endpoint));
}

}  // namespace upkeep::http
