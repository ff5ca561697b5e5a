// SPDX-License-Identifier: Apache-2.0
#include "checks/redis/module.h"

#include <algorithm>
#include <utility>

#include "base/io/turnstile.h"
#include "checks/redis/client.h"
#include "checks/redis/errors.h"
#include "checks/redis/info.h"
#include "checks/targets/tls_files.h"

namespace upkeep::redis {
namespace {

using checks::Need;

constexpr std::chrono::seconds kLoginTime{10};

class RedisModule final : public checks::HostModule {
 public:
  RedisModule(io::Reactor& reactor, checks::Target target, checks::Secrets& secrets)
      : reactor_(reactor), target_(std::move(target)), secrets_(secrets) {}

  std::string_view name() const override { return "redis"; }
  std::vector<std::string> Functions() const override { return {"command", "info", "ping"}; }

  Result<Need> NeedOf(std::string_view function, const Value& arguments) const override;
  Task<std::vector<Status>> Prepare(std::vector<Need> needs, Limits limits) override;
  Task<Result<lua::Answer>> Call(std::string function, Value arguments, Limits limits) override;

 private:
  std::string peer() const { return target_.host + ":" + std::to_string(target_.port); }
  Task<Status> Connect(Limits limits);
  Task<Status> Check(Need need, Limits limits);
  Task<Result<Value>> Ping(Limits limits);

  io::Reactor& reactor_;
  const checks::Target target_;
  checks::Secrets& secrets_;
  io::Turnstile turnstile_;
  std::unique_ptr<Client> client_;
};

/// The command line behind a call.
Result<CommandLine> LineOf(std::string_view function, const Value& arguments) {
  if (function == "ping") return ReadCommandLine(Value::array({"PING"}));
  if (function == "command") return ReadCommandLine(arguments);
  if (function != "info") {
    return Status(Code::kInvalid, "upkeep.redis has no function '" + std::string(function) + "'");
  }
  Value words = Value::array({"INFO"});
  if (arguments.is_array() && !arguments.empty() && !arguments[0].is_null()) {
    if (!arguments[0].is_string()) return Status(Code::kInvalid, "info(section) takes the section as a string");
    words.push_back(arguments[0]);
  }
  return ReadCommandLine(words);
}

Result<Need> RedisModule::NeedOf(std::string_view function, const Value& arguments) const {
  Result<CommandLine> line = LineOf(function, arguments);
  if (!line.ok()) return line.status();
  Need need;
  need.module = "redis";
  need.verb = "command";
  need.object = line->name;
  return need;
}

Task<Status> RedisModule::Connect(Limits limits) {
  if (client_ && client_->usable()) co_return Status::Ok();
  client_.reset();
  Result<std::string> password = co_await secrets_.Read(target_.password, limits);
  if (!password.ok()) co_return password.status();
  Login login;
  login.host = target_.host;
  login.port = target_.port;
  login.user = target_.user;
  login.password = std::move(*password);
  login.use_tls = target_.tls.mode != "disable";
  if (login.use_tls) {
    Result<io::TlsOptions> tls = checks::ReadTlsFiles(target_.tls, secrets_.redactor());
    if (!tls.ok()) co_return tls.status();
    login.tls = std::move(*tls);
  }
  const Limits own = limits.Within(std::min<std::chrono::microseconds>(kLoginTime, target_.time_limit));
  Result<std::unique_ptr<Client>> made = co_await Client::Connect(reactor_, std::move(login), own);
  if (!made.ok()) co_return made.status();
  client_ = std::move(*made);
  co_return Status::Ok();
}

Task<Status> RedisModule::Check(Need need, Limits limits) {
  std::vector<std::string> words = ProbeOf(need.object);
  if (words.empty()) {
    co_return Status(Code::kInvalid, need.ToString() + " is not among the commands that only look");
  }
  Result<Reply> reply = co_await client_->Ask(std::move(words), limits);
  if (!reply.ok()) co_return reply.status();
  // Any other error (a key out of reach, still loading) is for the check itself to meet.
  const bool refused = reply->error.starts_with("NOPERM") && reply->error.find(" key") == std::string::npos;
  if (refused || reply->error.starts_with("NOAUTH")) {
    co_return StatusOf(reply->error, need.object, target_.user, peer());
  }
  co_return Status::Ok();
}

Task<std::vector<Status>> RedisModule::Prepare(std::vector<Need> needs, Limits limits) {
  std::vector<Status> statuses;
  Result<io::Turnstile::Turn> turn = co_await turnstile_.Enter(reactor_, limits);
  Status connected = turn.status();
  if (connected.ok()) connected = co_await Connect(limits);
  for (const Need& need : needs) {
    if (connected.ok() && (!client_ || !client_->usable())) connected = co_await Connect(limits);
    if (!connected.ok()) {
      statuses.push_back(connected);
      continue;
    }
    Status checked = co_await Check(need, limits.Within(target_.time_limit));
    statuses.push_back(std::move(checked));
  }
  co_return statuses;
}

Task<Result<Value>> RedisModule::Ping(Limits limits) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::string> words = {"PING"};
  Result<Reply> reply = co_await client_->Ask(std::move(words), limits);
  if (!reply.ok()) co_return reply.status();
  // A server that loads its data has answered; INFO says that it loads.
  if (!reply->error.empty() && !reply->error.starts_with("LOADING") && !reply->error.starts_with("MASTERDOWN")) {
    co_return StatusOf(reply->error, "PING", target_.user, peer());
  }
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
  co_return Value(taken.count());
}

Task<Result<lua::Answer>> RedisModule::Call(std::string function, Value arguments, Limits limits) {
  Result<CommandLine> line = LineOf(function, arguments);
  if (!line.ok()) co_return line.status();
  Result<io::Turnstile::Turn> turn = co_await turnstile_.Enter(reactor_, limits);
  if (!turn.ok()) co_return turn.status();
  Status connected = co_await Connect(limits);
  if (!connected.ok()) co_return connected;

  // Its turn has come: one look's time begins here.
  const Limits look = limits.Within(target_.time_limit);
  Result<Value> value = Status(Code::kInternal, "nothing was asked");
  if (function == "ping") {
    value = co_await Ping(look);
  } else {
    value = co_await client_->Command(std::move(*line), look);
  }
  if (value.ok() && function == "info") {
    if (!value->is_string()) co_return Status(Code::kError, peer() + ": INFO gave no text");
    value = ParseInfo(value->get<std::string>());
  }
  if (!value.ok()) co_return value.status();
  lua::Answer answer;
  answer.value = std::move(*value);
  co_return answer;
}

}  // namespace

std::unique_ptr<checks::HostModule> MakeRedisModule(io::Reactor& reactor, checks::Target target,
                                                    checks::Secrets& secrets) {
  return std::make_unique<RedisModule>(reactor, std::move(target), secrets);
}

}  // namespace upkeep::redis
