// SPDX-License-Identifier: Apache-2.0
#include "checks/postgres/module.h"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include "base/when_all.h"
#include "tests/checks/environment.h"

namespace upkeep::postgres {
namespace {

using checks::Environment;
using std::chrono::milliseconds;

class PostgresModuleTest : public testing::Test {
 protected:
  PostgresModuleTest() : reactor_(*io::Reactor::Create()), secrets_(*reactor_, redactor_) {}

  checks::Target TargetAt(const std::string& host, const std::string& user = "upkeep") {
    checks::Target target;
    target.name = "orders";
    target.kind = checks::TargetKind::kPostgres;
    target.host = host;
    target.port = 5432;
    target.database = "app";
    target.user = user;
    std::string variable = "PG_" + user + "_PASSWORD_FILE";
    for (char& c : variable) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    target.password.file = Environment(variable);
    target.tls.ca_file = Environment("CA_FILE");
    return target;
  }
  checks::Target Primary(const std::string& user = "upkeep") {
    return TargetAt(Environment("PG_PRIMARY_HOST"), user);
  }
  std::unique_ptr<checks::HostModule> Module(const checks::Target& target, Identity identity = Identity::kRead) {
    return MakePostgresModule(*reactor_, target, secrets_, identity);
  }
  Result<Value> Call(checks::HostModule& module, const char* function, Value arguments,
                     milliseconds at_most = milliseconds(20'000)) {
    Result<lua::Answer> answer = reactor_->RunUntilDone(
        module.Call(function, std::move(arguments), Limits().Within(at_most)));
    if (!answer.ok()) return answer.status();
    return std::move(answer->value);
  }
  Result<Value> Query(checks::HostModule& module, const char* sql, Value parameters = Value::array()) {
    return Call(module, "query", Value::array({sql, std::move(parameters)}));
  }
  std::vector<Status> Prepare(checks::HostModule& module, const std::vector<const char*>& texts,
                              milliseconds at_most = milliseconds(20'000)) {
    std::vector<checks::Need> needs;
    for (const char* text : texts) needs.push_back(*checks::ParseNeed(text));
    return reactor_->RunUntilDone(module.Prepare(needs, Limits().Within(at_most)));
  }

  Redactor redactor_;
  std::unique_ptr<io::Reactor> reactor_;
  checks::Secrets secrets_;
};

TEST_F(PostgresModuleTest, RowsAreTypedAndNullsAreLeftOut) {
  auto module = Module(Primary());
  const Result<Value> rows = Query(
      *module, "select 1 as a, 2.5::numeric as b, true as c, null::text as d, $1::text as e, '{\"x\": [1]}'::jsonb as f",
      Value::array({"it's"}));
  ASSERT_TRUE(rows.ok()) << rows.status().message();
  EXPECT_EQ((Value::array({{{"a", 1}, {"b", 2.5}, {"c", true}, {"e", "it's"}, {"f", {{"x", {1}}}}}})), *rows);
  EXPECT_EQ(Value::array(), *Query(*module, "select 1 where false"));
}

TEST_F(PostgresModuleTest, ServerSaysWhatItIs) {
  auto primary = Module(Primary());
  const Result<Value> server = Call(*primary, "server", Value::array());
  ASSERT_TRUE(server.ok()) << server.status().message();
  EXPECT_FALSE(server->at("in_recovery").get<bool>());
  EXPECT_TRUE(server->at("tls").get<bool>());
  EXPECT_EQ("upkeep", server->at("user"));
  EXPECT_GE(server->at("version_number").get<int>(), 150000);
  EXPECT_GT(server->at("login_milliseconds").get<double>(), 0);
  EXPECT_GT(server->at("answer_milliseconds").get<double>(), 0);
  auto standby = Module(TargetAt(Environment("PG_STANDBY_HOST")));
  EXPECT_TRUE(Call(*standby, "server", Value::array())->at("in_recovery").get<bool>());
}

TEST_F(PostgresModuleTest, AMissingRoleIsSaidUpFrontWithItsGrant) {
  auto module = Module(Primary());
  for (const Status& status : Prepare(*module, {"postgres:query", "postgres:role:pg_monitor"})) {
    EXPECT_TRUE(status.ok()) << status.message();
  }
  auto bare = Module(Primary("upkeep_bare"));
  const std::vector<Status> statuses =
      Prepare(*bare, {"postgres:query", "postgres:role:pg_monitor", "postgres:role:pg_no_such",
                      "postgres:function:pg_terminate_backend"});
  ASSERT_EQ(4U, statuses.size());
  EXPECT_TRUE(statuses[0].ok());
  EXPECT_EQ(Code::kNotPermitted, statuses[1].code());
  EXPECT_NE(std::string::npos, statuses[1].message().find("postgres:role:pg_monitor"));
  EXPECT_EQ("GRANT pg_monitor TO upkeep_bare;", statuses[1].hint());
  EXPECT_EQ(Code::kNotPermitted, statuses[2].code());
  EXPECT_EQ(Code::kNotPermitted, statuses[3].code());
  EXPECT_EQ("GRANT pg_signal_backend TO upkeep_bare;", statuses[3].hint());
  checks::Target write = Primary();
  write.write_user = "upkeep_write";
  write.write_password.file = Environment("PG_UPKEEP_WRITE_PASSWORD_FILE");
  auto writer = Module(write, Identity::kWrite);
  const Status allowed = Prepare(*writer, {"postgres:function:pg_terminate_backend"})[0];
  EXPECT_TRUE(allowed.ok()) << allowed.message();
}

TEST_F(PostgresModuleTest, WhatTheServerRefusesIsNamed) {
  auto bare = Module(Primary("upkeep_bare"));
  const Status denied = Query(*bare, "select * from public.orders").status();
  EXPECT_EQ(Code::kNotPermitted, denied.code());
  EXPECT_EQ("GRANT SELECT ON orders TO upkeep_bare;", denied.hint());
  const Status wal = Query(*bare, "select * from pg_ls_waldir()").status();
  EXPECT_EQ(Code::kNotPermitted, wal.code());
  EXPECT_EQ("GRANT pg_monitor TO upkeep_bare;", wal.hint());
  EXPECT_EQ(Code::kError, Query(*bare, "select nonsense").status().code());
  EXPECT_TRUE(Query(*bare, "select 1").ok());  // The connection is whole after errors.
}

TEST_F(PostgresModuleTest, QueriesChangeNothing) {
  auto app = Module(Primary("app"));
  EXPECT_EQ(Code::kUndeclared, Query(*app, "delete from public.orders").status().code());
  EXPECT_EQ(Code::kUndeclared, Query(*app, "create table public.x (a int)").status().code());
  EXPECT_EQ(Code::kError, Query(*app, "select 1; select 2").status().code());  // One statement a call.
  // Ending the transaction does not open the session either.
  (void)Query(*app, "commit");
  EXPECT_EQ(Code::kUndeclared, Query(*app, "delete from public.orders").status().code());
  EXPECT_EQ(20000, Query(*app, "select count(*) as n from public.orders")->at(0)["n"]);
  EXPECT_EQ(Code::kError, Query(*app, "copy public.orders to stdout").status().code());
  EXPECT_TRUE(Query(*app, "select 1").ok());
}

TEST_F(PostgresModuleTest, AnswersAreBounded) {
  auto module = Module(Primary());
  EXPECT_EQ(Code::kTruncated, Query(*module, "select generate_series(1, 100000)").status().code());
  EXPECT_EQ(Code::kTruncated, Query(*module, "select repeat('x', 100000000)").status().code());
  EXPECT_EQ(10'000U, Query(*module, "select generate_series(1, 10000) as n")->size());
}

TEST_F(PostgresModuleTest, ADeadlineEndsTheQueryAtTheServerToo) {
  auto module = Module(Primary());
  const auto start = std::chrono::steady_clock::now();
  const Status late =
      Call(*module, "query", Value::array({"select pg_sleep(50), 'upkeep-late'"}), milliseconds(700)).status();
  EXPECT_EQ(Code::kTimeout, late.code()) << late.message();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  for (int i = 0; i < 50; ++i) {
    const Result<Value> left = Query(*module,
        "select count(*) as n from pg_stat_activity where state = 'active' and query like '%upkeep-late%'"
        " and pid <> pg_backend_pid()");
    ASSERT_TRUE(left.ok()) << left.status().message();
    if (left->at(0)["n"] == 0) return;
    reactor_->RunOnce(milliseconds(100));
  }
  FAIL() << "the query still runs";
}

TEST_F(PostgresModuleTest, CallsSideBySideWaitForEachOther) {
  auto module = Module(Primary());
  int good = 0;
  const auto ask = [&](int n) -> Task<void> {
    Value arguments = Value::array({"select $1::int as n, pg_sleep(0.01)", Value::array({n})});
    Result<lua::Answer> answer = co_await module->Call("query", std::move(arguments), Limits().Within(milliseconds(20'000)));
    if (answer.ok() && answer->value[0]["n"] == n) ++good;
  };
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(ask(i));
  reactor_->RunUntilDone(WhenAll(std::move(tasks)));
  EXPECT_EQ(20, good);
}

TEST_F(PostgresModuleTest, WhoWaitsForItsTurnKeepsItsOwnDeadline) {
  auto module = Module(Primary());
  Code first = Code::kOk, second = Code::kOk;
  const auto ask = [&](const char* sql, milliseconds at_most, Code& code) -> Task<void> {
    Value arguments = Value::array({sql});
    Result<lua::Answer> answer = co_await module->Call("query", std::move(arguments), Limits().Within(at_most));
    code = answer.status().code();
  };
  std::vector<Task<void>> tasks;
  tasks.push_back(ask("select pg_sleep(2)", milliseconds(20'000), first));
  tasks.push_back(ask("select 1", milliseconds(500), second));
  reactor_->RunUntilDone(WhenAll(std::move(tasks)));
  EXPECT_EQ(Code::kOk, first);
  EXPECT_EQ(Code::kTimeout, second);
}

TEST_F(PostgresModuleTest, LoginsThatFailSayWhy) {
  checks::Target wrong = Primary();
  wrong.password.file = Environment("PG_APP_PASSWORD_FILE");
  EXPECT_EQ(Code::kNotPermitted, Prepare(*Module(wrong), {"postgres:query"})[0].code());
  checks::Target none = Primary();
  none.password = {};
  EXPECT_EQ(Code::kNotPermitted, Prepare(*Module(none), {"postgres:query"})[0].code());
  checks::Target database = Primary();
  database.database = "nowhere";
  EXPECT_EQ(Code::kConfig, Prepare(*Module(database), {"postgres:query"})[0].code());
  checks::Target system = Primary();
  system.tls.ca_file.clear();
  const Status untrusted = Prepare(*Module(system), {"postgres:query"})[0];
  EXPECT_EQ(Code::kUnreachable, untrusted.code());
  EXPECT_NE(std::string::npos, untrusted.message().find("certificate")) << untrusted.message();
  checks::Target other = Primary();
  other.tls.server_name = "other.example.test";
  EXPECT_EQ(Code::kUnreachable, Prepare(*Module(other), {"postgres:query"})[0].code());
  other.tls.mode = "verify-ca";
  EXPECT_TRUE(Prepare(*Module(other), {"postgres:query"})[0].ok());
  system.tls.mode = "require";
  EXPECT_TRUE(Prepare(*Module(system), {"postgres:query"})[0].ok());
  system.tls.mode = "disable";
  EXPECT_FALSE(Call(*Module(system), "server", Value::array())->at("tls").get<bool>());
}

TEST_F(PostgresModuleTest, ServersThatDoNotAnswerAreUnknownInTime) {
  EXPECT_EQ(Code::kUnreachable, Prepare(*Module(TargetAt(Environment("REFUSED_HOST"))), {"postgres:query"})[0].code());
  EXPECT_EQ(Code::kTimeout,
            Prepare(*Module(TargetAt(Environment("NEVER_HOST"))), {"postgres:query"}, milliseconds(700))[0].code());
  const Code cut = Prepare(*Module(TargetAt(Environment("CUT_HOST"))), {"postgres:query"})[0].code();
  EXPECT_TRUE(cut == Code::kUnreachable || cut == Code::kTruncated) << CodeName(cut);
  EXPECT_EQ(Code::kUnreachable, Prepare(*Module(TargetAt("no-such-host.invalid")), {"postgres:query"})[0].code());
}

TEST_F(PostgresModuleTest, OneLookTakesNoLongerThanTheTargetsTimeLimit) {
  checks::Target target = Primary();
  target.time_limit = milliseconds(1500);
  auto module = Module(target);
  EXPECT_TRUE(Query(*module, "select 1").ok());
  EXPECT_EQ(Code::kTimeout, Query(*module, "select pg_sleep(60)").status().code());
  EXPECT_TRUE(Query(*module, "select 1").ok());   // The next look has its own time.
  checks::Target never = TargetAt(Environment("NEVER_HOST"));
  never.time_limit = milliseconds(500);
  EXPECT_EQ(Code::kTimeout, Prepare(*Module(never), {"postgres:query"}, milliseconds(60'000))[0].code());
}

TEST_F(PostgresModuleTest, AFullServerHasAReasonOfItsOwn) {
  std::vector<std::unique_ptr<checks::HostModule>> held;
  Status full;
  for (int i = 0; i < 100 && full.ok(); ++i) {
    held.push_back(Module(Primary()));
    // A full server is for the playbooks to find, so they run, and every call of theirs says it.
    EXPECT_TRUE(Prepare(*held.back(), {"postgres:query"})[0].ok());
    full = Query(*held.back(), "select 1").status();
  }
  EXPECT_EQ(Code::kError, full.code());
  EXPECT_NE(std::string::npos, full.message().find("no connection is free")) << full.message();
}

TEST_F(PostgresModuleTest, ASessionIsEndedOnlyIfItIsStillTheOneThatWasMeant) {
  auto victim = Module(Primary("app"));
  const Result<Value> mine =
      Query(*victim, "select pid, backend_start::text as began from pg_stat_activity where pid = pg_backend_pid()");
  ASSERT_TRUE(mine.ok()) << mine.status().message();
  const Value pid = mine->at(0)["pid"], began = mine->at(0)["began"];

  checks::Target target = Primary();
  EXPECT_EQ(Code::kUndeclared, Call(*Module(target), "terminate_backend", Value::array({pid, began})).status().code());
  EXPECT_EQ(Code::kConfig, Call(*Module(target, Identity::kWrite), "server", Value::array()).status().code());
  target.write_user = "upkeep_write";
  target.write_password.file = Environment("PG_UPKEEP_WRITE_PASSWORD_FILE");
  auto writer = Module(target, Identity::kWrite);
  EXPECT_EQ(Code::kNotFound,
            Call(*writer, "terminate_backend", Value::array({pid, "2020-01-01 00:00:00+00"})).status().code());
  EXPECT_TRUE(Query(*victim, "select 1").ok());
  EXPECT_EQ((Value{{"pid", pid}, {"ended", true}}),
            *Call(*writer, "terminate_backend", Value::array({pid, began})));
  EXPECT_EQ(Code::kUnreachable, Query(*victim, "select 1").status().code());
  EXPECT_TRUE(Query(*victim, "select 1").ok());  // A new connection.
}

TEST_F(PostgresModuleTest, ASessionThatWentBackToWorkIsNotEnded) {
  // A module's query never leaves a transaction open, so the victim is a client of its own.
  PGconn* const victim = PQconnectdb((std::string(Environment("PG_PRIMARY_DSN")) + " passfile=" +
                                      Environment("PG_PASSFILE")).c_str());
  ASSERT_EQ(CONNECTION_OK, PQstatus(victim)) << PQerrorMessage(victim);
  const auto say = [victim](const char* sql) { PQclear(PQexec(victim, sql)); };
  const int pid = PQbackendPID(victim);
  auto reader = Module(Primary());
  const std::string sql = "select pid, backend_start::text as began, xact_start::text as transaction, "
                          "state_change::text as idle from pg_stat_activity where pid = " + std::to_string(pid);
  const auto look = [&] {
    auto rows = Query(*reader, sql.c_str());
    return rows.ok() && rows->size() == 1 ? rows->at(0) : Value::object();
  };
  say("begin");
  const Value first = look();
  say("commit");
  say("begin");
  checks::Target target = Primary();
  target.write_user = "upkeep_write";
  target.write_password.file = Environment("PG_UPKEEP_WRITE_PASSWORD_FILE");
  auto writer = Module(target, Identity::kWrite);
  const auto end = [this, &writer, pid](const Value& seen) {
    return Call(*writer, "terminate_backend", Value::array({pid, seen["began"], seen["transaction"], seen["idle"]}));
  };
  EXPECT_EQ(Code::kNotFound, end(first).status().code());
  const Value second = look();
  say("select 1");   // The same transaction, and idle for a shorter time than was judged.
  EXPECT_EQ(Code::kNotFound, end(second).status().code());
  EXPECT_TRUE(end(look()).ok());
  PQfinish(victim);
}

TEST_F(PostgresModuleTest, NeedsAndWrongArguments) {
  checks::Target target;
  auto module = Module(target);
  EXPECT_EQ("postgres:query", module->NeedOf("query", Value::array({"select 1"}))->ToString());
  EXPECT_EQ("postgres:query", module->NeedOf("server", Value::array())->ToString());
  const Result<checks::Need> ending = module->NeedOf("terminate_backend", Value::array({1, "x"}));
  EXPECT_TRUE(ending->writes());
  EXPECT_EQ(Code::kInvalid, module->NeedOf("terminate_backend", Value::array({"1"})).status().code());
  EXPECT_EQ(Code::kInvalid,
            module->NeedOf("terminate_backend", Value::array({1, "x", "y"})).status().code());
  EXPECT_EQ(Code::kInvalid, module->NeedOf("query", Value::array()).status().code());
  EXPECT_EQ(Code::kInvalid, module->NeedOf("query", Value::array({"select $1", Value::array({Value::object()})})).status().code());
  EXPECT_EQ(Code::kInvalid, module->NeedOf("drop", Value::array()).status().code());
}

}  // namespace
}  // namespace upkeep::postgres
