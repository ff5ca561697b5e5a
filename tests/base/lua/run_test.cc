// SPDX-License-Identifier: Apache-2.0
//
// The run object: what it records, and what it refuses.
#include "tests/base/lua/harness.h"

namespace upkeep::lua {
namespace {

using RunTest = LuaTest;

TEST_F(RunTest, RecordsCarryBothLanguages) {
  Eval("run:result { subject = { kind = 'Pod', namespace = 'ns', name = 'p', uid = 'u' }, state = 'critical',\n"
       "  reason = 'crash_loop', message = 'of', values = { a = 3, b = { en = 'four', ko = '넷' } }, data = { x = {} },\n"
       "  severity = 'P1', remedy = 'restart', tags = { 'type:capacity' }, evidence = 'log' }\n"
       "run:ok { message = 'plain', data = { n = 1 } }\n"
       "run:skip { reason = 'not_installed', message = 'plain' }\n"
       "run:metric { name = 'used', subject = { kind = 'Pod', name = 'p' }, value = 1.5, unit = '%', warning = 80 }\n"
       "run:metric { name = 'n', subject = 'Pod/p', value = 2, unit = '1' }\n"
       "run:coverage { attempted = 3, observed = 2 }\n"
       "run:log('%d %s', 5, 'x') run:log('100%')");
  const Value expected = Value::parse(R"([
    {"kind": "result", "line": 5, "subject": {"kind": "Pod", "namespace": "ns", "name": "p", "uid": "u"},
     "state": "critical", "reason": "crash_loop", "summary": {"en": "3 of four", "ko": "넷 중 3"}, "data": {"x": {}},
     "severity": "P1", "remedy": "restart", "tags": ["type:capacity"], "evidence": "log"},
    {"kind": "ok", "line": 8, "summary": {"en": "plain", "ko": "평문"}, "data": {"n": 1}},
    {"kind": "skip", "line": 9, "reason": "not_installed", "summary": {"en": "plain", "ko": "평문"}},
    {"kind": "metric", "line": 10, "name": "used", "subject": {"kind": "Pod", "name": "p"}, "value": 1.5, "unit": "%", "warning": 80},
    {"kind": "metric", "line": 11, "name": "n", "subject": "Pod/p", "value": 2, "unit": "1"},
    {"kind": "coverage", "line": 12, "attempted": 3, "observed": 2},
    {"kind": "log", "line": 13, "text": "5 x"}, {"kind": "log", "line": 13, "text": "100%"}])");
  const std::vector<Value> records = sandbox_->TakeRecords();
  ASSERT_EQ(expected.size(), records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(expected[i], records[i]) << i;
  }
}

TEST_F(RunTest, NumbersInMessagesAreForPeople) {
  for (const auto& [value, shown] : std::vector<std::pair<const char*, const char*>>{
           {"3", "3"}, {"3.0", "3"}, {"3.14159", "3.14"}, {"2.5", "2.5"}, {"100.0", "100"}, {"1234567.8", "1234567.8"},
           {"0.00123", "0.00123"}, {"true", "true"}, {"'{b}'", "{b}"}, {"'%1'", "%1"}}) {
    Eval(std::string("run:ok { message = 'of', values = { a = ") + value + ", b = 'B' } }");
    EXPECT_EQ(std::string(shown) + " of B", sandbox_->TakeRecords().at(0)["summary"]["en"]);
  }
}

TEST_F(RunTest, StatesOfFigures) {
  EXPECT_EQ(Value::parse(R"(["ok", "warning", "critical", "critical", "ok", "warning", "critical", "ok"])"),
            Eval("local up, down = { warning = 80, critical = 90 }, { warning = 20, critical = 10, below = true } return { "
                 "run:state_of(79, up), run:state_of(80, up), run:state_of(90, up), run:state_of(99, up), "
                 "run:state_of(21, down), run:state_of(20, down), run:state_of(10, down), run:state_of(5, {}) }"));
}

TEST_F(RunTest, TheTargetAndWhatIsExpectedOfIt) {
  EXPECT_EQ(Value::parse(R"(["t1", true, false, 3])"),
            Eval("return { run.target.name, run:expects('velero'), run:expects('other'), params.limit }"));
}

TEST_F(RunTest, MistakesAreToldWhereTheyAreMade) {
  const std::string subject = "subject = { kind = 'Pod', name = 'p' }";
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"run:result { " + subject + ", sate = 'ok' }", "run:result has no field 'sate' (did you mean 'state'?)"},
      {"run:result { " + subject + ", message = 'plain' }", "run:result needs state: ok, warning"},
      {"run:result { " + subject + ", state = 'warn', message = 'plain' }", "'warn' is no state"},
      {"run:result { " + subject + ", state = 'warnin', message = 'plain' }", "(did you mean 'warning'?)"},
      {"run:result { " + subject + ", state = 'unknown', message = 'plain' }", "state unknown needs a reason"},
      {"run:result { " + subject + ", state = 'skipped', message = 'plain' }", "state skipped needs a reason"},
      {"run:result { " + subject + ", state = 'ok', reason = 'two words', message = 'plain' }", "reason is a word for machines"},
      {"run:result { " + subject + ", state = 'ok' }", "run:result needs message"},
      {"run:result { " + subject + ", state = 'ok', message = 'plane' }", "the head has no message 'plane' (did you mean 'plain'?)"},
      {"run:result { " + subject + ", state = 'ok', message = 'of', values = { a = 1 } }", "message 'of' needs a value for {b}"},
      {"run:result { " + subject + ", state = 'ok', message = 'of', values = { a = 1, bb = 2 } }", "needs a value for {b} (did you mean 'bb'?)"},
      {"run:result { " + subject + ", state = 'ok', message = 'of', values = { a = 1, b = {} } }", "the value of {b} is a table"},
      {"run:result { " + subject + ", state = 'ok', message = 'plain', severity = 'P5' }", "severity 'P5' is none of"},
      {"run:result { " + subject + ", state = 'ok', message = 'plain', remedy = 'restrat' }", "no remedy 'restrat' (did you mean 'restart'?)"},
      {"run:result { " + subject + ", state = 'ok', message = 'plain', tags = 'x' }", "tags is text, not a list"},
      {"run:result { " + subject + ", state = 'ok', message = 'plain', data = 5 }", "data is a number, not a table"},
      {"run:result { " + subject + ", state = 'ok', message = 'plain', data = { f = print } }", "a function is no data"},
      {"run:result { state = 'ok', message = 'plain' }", "run:result needs subject"},
      {"run:result { subject = { name = 'p' }, state = 'ok', message = 'plain' }", "needs subject.kind"},
      {"run:result { subject = { kind = 'Pod', name = nil }, state = 'ok', message = 'plain' }", "needs subject.name"},
      {"run:result { subject = { kind = 'Pod', nam = 'p' }, state = 'ok', message = 'plain' }", "(did you mean 'name'?)"},
      {"run:result { subject = 'text', state = 'ok', message = 'plain' }",
       "run:result: subject is text, not a table; write subject = { kind = ..., name = ... }"},
      {"run:metric { name = 'n', subject = 5, value = 1, unit = '1' }", "run:metric: subject is a number, not a table; write subject = {"},
      {"run:previous('n', true)", "run:previous: subject is a boolean, not a table; write subject = {"},
      {"run:previous('n', 'x', 5)", "run:previous: options is a number, not a table; write { at_least = SECONDS }"},
      {"for i = 1, 2 do run:result { " + subject + ", state = 'ok', message = 'plain' } end", "a second result for Pod/p"},
      {"run.result { " + subject + " }", "write run:result{...}, with a colon"},
      {"run:result()", "run:result needs a table, not nil"},
      {"run:reslut {}", "run has no 'reslut' (did you mean 'result'?)"},
      {"run:ok { mesage = 'plain' }", "run:ok has no field 'mesage'"},
      {"run:skip { message = 'plain' }", "needs a reason"},
      {"run:metric { subject = 'x', value = 1, unit = '1' }", "run:metric needs name"},
      {"run:metric { name = 'n', subject = 'x', value = 0/0, unit = '1' }", "value is infinite or no number"},
      {"run:metric { name = 'n', subject = 'x', value = '1', unit = '1' }", "value is text, not a number"},
      {"run:metric { name = 'n', subject = 'x', value = 1 }", "run:metric needs unit"},
      {"run:coverage { attempted = 1, observed = 2 }", "observed (2) is more than attempted (1)"},
      {"run:coverage { attempted = 1.5, observed = 1 }", "whole numbers"},
      {"run:log('%d', 'x')", "run:log: "},
      {"run:state_of(nil, {})", "the value is nil, not a number"},
      {"run:state_of(1)", "run:state_of: limits is nil, not a table; write { warning = ..., critical = ... }"},
      {"run:state_of(1, { warn = 1 })", "run:state_of has no field 'warn'"},
  };
  for (const auto& [body, says] : mistakes) {
    const Status status = Fails(body);
    EXPECT_EQ(Code::kError, status.code()) << body;
    EXPECT_NE(std::string::npos, status.message().find(says)) << body << "\n" << status.message();
    EXPECT_EQ(0U, status.message().find("test.lua:5: ")) << status.message();
    EXPECT_EQ(std::string::npos, status.message().find("[upkeep]")) << status.message();
  }
}

}  // namespace
}  // namespace upkeep::lua
