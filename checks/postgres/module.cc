// SPDX-License-Identifier: Apache-2.0
#include "checks/postgres/module.h"

#include <algorithm>
#include <utility>

#include "base/io/turnstile.h"
#include "checks/postgres/connection.h"
#include "checks/postgres/errors.h"
#include "checks/postgres/rights.h"
#include "checks/postgres/values.h"

namespace upkeep::postgres {
namespace {

using checks::Need;

constexpr std::chrono::seconds kLoginTime{10};

using SteadyTime = std::chrono::steady_clock::time_point;

double MillisecondsSince(SteadyTime start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

constexpr const char* kServer =
    "select current_setting('server_version') as version,"
    " current_setting('server_version_num')::int as version_number,"
    " pg_is_in_recovery() as in_recovery, current_user::text as \"user\","
    " current_database()::text as database,"
    " extract(epoch from pg_postmaster_start_time())::float8 as started_at,"
    " coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as tls,"
    " (select version from pg_stat_ssl where pid = pg_backend_pid()) as tls_version";

// USAGE and not MEMBER: a member that does not inherit sees no more than anybody.
constexpr const char* kHasRole =
    "select (select rolsuper from pg_roles where rolname = current_user)"
    " or coalesce((select pg_has_role(current_user, oid, 'USAGE') from pg_roles where rolname = $1), false) as has,"
    " exists (select from pg_roles where rolname = $1) as there";

constexpr const char* kHasFunction =
    "select coalesce(bool_or(has_function_privilege(current_user, p.oid, 'EXECUTE')), false) as has,"
    " count(*) > 0 as there from pg_proc p where p.proname = $1";

// Only the session that was meant: a pid may be somebody else's by now. Where a transaction is named,
// only while the session idles in it still: what went back to work holds what nobody has judged.
constexpr const char* kTerminate =
    "select pid, pg_terminate_backend(pid) as ended from pg_stat_activity where pid = $1::int"
    " and backend_start = $2::timestamptz and backend_type = 'client backend' and pid <> pg_backend_pid()"
    " and ($3::text is null or (xact_start = $3::timestamptz and state_change = $4::timestamptz"
    " and state in ('idle in transaction', 'idle in transaction (aborted)')))";

constexpr std::size_t kTerminateArguments = 4;

class PostgresModule final : public checks::HostModule {
 public:
  PostgresModule(io::Reactor& reactor, checks::Target target, checks::Secrets& secrets, Identity identity)
      : reactor_(reactor), target_(std::move(target)), secrets_(secrets), identity_(identity) {}

  std::string_view name() const override { return "postgres"; }
  std::vector<std::string> Functions() const override { return {"query", "server", "terminate_backend"}; }

  Result<Need> NeedOf(std::string_view function, const Value& arguments) const override;
  Task<std::vector<Status>> Prepare(std::vector<Need> needs, Limits limits) override;
  Status NotConnected() const override { return refused_; }
  Task<Result<lua::Answer>> Call(std::string function, Value arguments, Limits limits) override;

 private:
  const std::string& user() const {
    return identity_ == Identity::kWrite ? target_.write_user : target_.user;
  }
  Task<Status> Connect(Limits limits);
  Task<Status> Check(Need need, Limits limits);
  Task<Status> CheckRole(std::string role, std::string need, Limits limits);
  Task<Status> CheckFunction(std::string function, Limits limits);
  Task<Result<Value>> Terminate(Value arguments, Limits limits);

  io::Reactor& reactor_;
  const checks::Target target_;
  checks::Secrets& secrets_;
  const Identity identity_;
  io::Turnstile turnstile_;
  std::unique_ptr<Connection> connection_;
  double login_milliseconds_ = 0;      ///< Of connection_.
  // The server answered at Prepare() and gave no connection. Its rights are not known, so every
  // call of this run ends with this; the playbooks still run, because it is a finding of theirs.
  Status refused_ = Status::Ok();
};

const Value& At(const Value& arguments, std::size_t position) {
  static const Value kNull;
  return arguments.is_array() && position < arguments.size() ? arguments[position] : kNull;
}

Result<Need> PostgresModule::NeedOf(std::string_view function, const Value& arguments) const {
  Need need;
  need.module = "postgres";
  need.verb = "query";
  if (function == "query") {
    if (!At(arguments, 0).is_string()) {
      return Status(Code::kInvalid, "query(sql, parameters) takes its SQL as a string");
    }
    if (Result<Parameters> parameters = ParametersOf(At(arguments, 1)); !parameters.ok()) {
      return parameters.status();
    }
    return need;
  }
  if (function == "server") return need;
  if (function == "terminate_backend") {
    const Value &transaction = At(arguments, 2), &since = At(arguments, 3);
    const bool both = (transaction.is_null() && since.is_null()) || (transaction.is_string() && since.is_string());
    if (!At(arguments, 0).is_number_integer() || !At(arguments, 1).is_string() || !both) {
      return Status(Code::kInvalid, "terminate_backend(pid, backend_start, transaction_start, idle_since) takes a "
                                    "number and times, the last two together or not at all");
    }
    need.verb = "function";
    need.object = "pg_terminate_backend";
    return need;
  }
  return Status(Code::kInvalid, "upkeep.postgres has no function '" + std::string(function) + "'");
}

Task<Status> PostgresModule::Connect(Limits limits) {
  if (!refused_.ok()) co_return refused_;
  if (connection_ && connection_->usable()) co_return Status::Ok();
  connection_.reset();
  if (user().empty()) co_return Status(Code::kConfig, "the target '" + target_.name + "' has no write user");
  const checks::SecretSource source = identity_ == Identity::kWrite ? target_.write_password : target_.password;
  Result<std::string> password = co_await secrets_.Read(source, limits);
  if (!password.ok()) co_return password.status();
  Login login;
  login.host = target_.host;
  login.port = target_.port;
  login.database = target_.database;
  login.user = user();
  login.password = std::move(*password);
  login.tls = target_.tls;
  const SteadyTime start = std::chrono::steady_clock::now();
  Result<std::unique_ptr<Connection>> made = co_await Connection::Connect(
      reactor_, std::move(login), identity_ == Identity::kWrite,
      limits.Within(std::min<std::chrono::microseconds>(kLoginTime, target_.time_limit)));
  if (!made.ok()) co_return made.status();
  login_milliseconds_ = MillisecondsSince(start);
  connection_ = std::move(*made);
  co_return Status::Ok();
}

Task<Status> PostgresModule::CheckRole(std::string role, std::string need, Limits limits) {
  Parameters parameters;
  parameters.emplace_back(role);
  Result<Value> rows = co_await connection_->Query(kHasRole, parameters, RowLimits(), limits);
  if (!rows.ok()) co_return rows.status();
  const Value& row = (*rows)[0];
  if (row.value("has", false)) co_return Status::Ok();
  if (!row.value("there", false)) {
    co_return Status(Code::kNotPermitted, "the server has no role '" + role + "' (" + need + ")")
        .WithHint("pg_monitor and its kin came with PostgreSQL 10");
  }
  co_return Status(Code::kNotPermitted, "'" + user() + "' has not the rights of '" + role + "' (" + need + ")")
      .WithHint("GRANT " + Identifier(role) + " TO " + Identifier(user()) + ";");
}

Task<Status> PostgresModule::CheckFunction(std::string function, Limits limits) {
  const std::string need = "postgres:function:" + function;
  Parameters parameters;
  parameters.emplace_back(function);
  Result<Value> rows = co_await connection_->Query(kHasFunction, parameters, RowLimits(), limits);
  if (!rows.ok()) co_return rows.status();
  const Value& row = (*rows)[0];
  if (!row.value("has", false)) {
    const bool there = row.value("there", false);
    co_return Status(Code::kNotPermitted, there ? "'" + user() + "' may not call it (" + need + ")"
                                                : "the server has no such function (" + need + ")")
        .WithHint(there ? "GRANT EXECUTE ON FUNCTION " + function + " TO " + Identifier(user()) + ";" : "");
  }
  Need whole;
  whole.module = "postgres";
  whole.verb = "function";
  whole.object = function;
  for (const std::string& role : RolesOf(whole)) {
    Status has = co_await CheckRole(role, need, limits);
    if (!has.ok()) co_return has;
  }
  co_return Status::Ok();
}

Task<Status> PostgresModule::Check(Need need, Limits limits) {
  if (need.verb == "role") co_return co_await CheckRole(need.object, need.ToString(), limits);
  if (need.verb == "function") co_return co_await CheckFunction(need.object, limits);
  // Who may log in may look; who may not is told by Connect().
  if (need.verb == "query") co_return Status::Ok();
  co_return Status(Code::kInvalid, "upkeep.postgres knows no need " + need.ToString());
}

/// `refused`, naming what cannot be done because of it.
Status Lacking(const Status& refused, const Need& need) {
  return Status(refused.code(), refused.message() + " (" + need.ToString() + ")").WithHint(refused.hint());
}

Task<std::vector<Status>> PostgresModule::Prepare(std::vector<Need> needs, Limits limits) {
  std::vector<Status> statuses;
  Result<io::Turnstile::Turn> turn = co_await turnstile_.Enter(reactor_, limits);
  Status connected = turn.status();
  if (connected.ok()) connected = co_await Connect(limits);
  if (connected.code() == Code::kError && identity_ == Identity::kRead) {
    refused_ = connected;
    co_return std::vector<Status>(needs.size(), Status::Ok());
  }
  for (const Need& need : needs) {
    if (connected.ok() && (!connection_ || !connection_->usable())) connected = co_await Connect(limits);
    if (!connected.ok()) {
      statuses.push_back(connected.code() == Code::kNotPermitted ? Lacking(connected, need) : connected);
      continue;
    }
    Status checked = co_await Check(need, limits.Within(target_.time_limit));
    statuses.push_back(std::move(checked));
  }
  co_return statuses;
}

Task<Result<Value>> PostgresModule::Terminate(Value arguments, Limits limits) {
  if (identity_ != Identity::kWrite) {
    co_return Status(Code::kUndeclared, "sessions are ended under the write identity only")
        .WithHint("return it as a change from a remedy's plan");
  }
  Result<Parameters> parameters = ParametersOf(arguments);
  if (!parameters.ok()) co_return parameters.status();
  parameters->resize(kTerminateArguments);
  Result<Value> rows = co_await connection_->Execute(kTerminate, std::move(*parameters), limits);
  if (!rows.ok()) co_return rows;
  if (rows->empty()) {
    co_return Status(Code::kNotFound, "session " + At(arguments, 0).dump() + " that began at " +
                                          At(arguments, 1).get<std::string>() +
                                          (At(arguments, 2).is_null() ? " is gone" : " is gone or at work again"));
  }
  if (!rows->at(0).value("ended", false)) {
    co_return Status(Code::kNotFound, "session " + At(arguments, 0).dump() + " ended by itself");
  }
  co_return Value{{"pid", At(arguments, 0)}, {"ended", true}};
}

Task<Result<lua::Answer>> PostgresModule::Call(std::string function, Value arguments, Limits limits) {
  // The arguments are those that NeedOf() has let through.
  Result<Need> need = NeedOf(function, arguments);
  if (!need.ok()) co_return need.status();
  Result<io::Turnstile::Turn> turn = co_await turnstile_.Enter(reactor_, limits);
  if (!turn.ok()) co_return turn.status();
  Status connected = co_await Connect(limits);
  if (!connected.ok()) co_return connected;

  // Its turn has come: one look's time begins here.
  const Limits look = limits.Within(target_.time_limit);
  Result<Value> value = Status(Code::kInternal, "nothing was asked");
  if (function == "terminate_backend") {
    value = co_await Terminate(std::move(arguments), look);
  } else if (function == "server") {
    const SteadyTime start = std::chrono::steady_clock::now();
    value = co_await connection_->Query(kServer, {}, RowLimits(), look);
    if (value.ok()) {
      value = Value(value->at(0));
      (*value)["login_milliseconds"] = login_milliseconds_;
      (*value)["answer_milliseconds"] = MillisecondsSince(start);
    }
  } else {
    Result<Parameters> parameters = ParametersOf(At(arguments, 1));
    if (!parameters.ok()) co_return parameters.status();
    std::string sql = arguments[0].get<std::string>();
    value = co_await connection_->Query(std::move(sql), std::move(*parameters), RowLimits(), look);
  }
  if (!value.ok()) co_return value.status();
  lua::Answer answer;
  answer.value = std::move(*value);
  co_return answer;
}

}  // namespace

std::unique_ptr<checks::HostModule> MakePostgresModule(io::Reactor& reactor, checks::Target target,
                                                       checks::Secrets& secrets, Identity identity) {
  return std::make_unique<PostgresModule>(reactor, std::move(target), secrets, identity);
}

}  // namespace upkeep::postgres
