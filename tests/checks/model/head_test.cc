// SPDX-License-Identifier: Apache-2.0
#include "checks/model/head.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace upkeep::checks {
namespace {

Value BothLanguages(const char* en, const char* ko) { return {{"en", en}, {"ko", ko}}; }
Value Function(int line) { return {{"$function", line}}; }

Value GoodHead() {
  return {{"format", 1},
          {"id", "postgres.idle_in_transaction"},
          {"title", BothLanguages("No session idles", "유휴 트랜잭션")},
          {"fix", BothLanguages("End it.", "종료하세요.")},
          {"cadence", "daily"},
          {"covers", {"S4-D-08", "S0-D-13"}},
          {"owner", "dba"},
          {"runbook", "docs/runbooks/idle.md"},
          {"target", "postgres"},
          {"expects", "postgres"},
          {"needs", {"postgres:query", {{"1", "postgres:role:pg_monitor"}, {"optional", true}}}},
          {"params",
           {{"warn_minutes",
             {{"default", 5}, {"min", 1}, {"max", 600}, {"unit", "min"}, {"source", "facts"},
              {"doc", BothLanguages("Warns.", "경고합니다.")}}}}},
          {"thresholds",
           {{{"metric", "idle"}, {"unit", "s"}, {"warning", "warn_minutes"}, {"source", "facts"}}}},
          {"messages", {{"idle", BothLanguages("idle for {age}", "{age} 동안 유휴")}}},
          {"check", Function(20)},
          {"remedies",
           {{"terminate",
             {{"title", BothLanguages("End the session", "세션 종료")},
              {"risk", "medium"},
              {"covers", {"R-03"}},
              {"needs", {"postgres:function:pg_terminate_backend"}},
              {"verify_after", "5s"},
              {"plan", Function(40)}}}}}};
}

/// Errors as "path: message" with the path that the reader asked a place for.
std::vector<std::string> ErrorsOf(const Value& data, Head* head = nullptr) {
  const PlaceFinder place_of = [](std::string_view path) {
    return SourcePlace{std::string(path), path.empty() ? 0 : 1, 1, ""};
  };
  std::vector<Status> errors;
  Head read = ReadHead(data, place_of, errors);
  if (head != nullptr) *head = std::move(read);
  std::vector<std::string> texts;
  for (const Status& error : errors) {
    EXPECT_EQ(Code::kInvalid, error.code());
    texts.push_back((error.place() ? error.place()->file : "?") + ": " + error.message() +
                    (error.hint().empty() ? "" : " [" + error.hint() + "]"));
  }
  return texts;
}

using Errors = std::vector<std::string>;

TEST(HeadTest, AGoodHeadReadsWhole) {
  Head head;
  EXPECT_EQ(Errors{}, ErrorsOf(GoodHead(), &head));
  EXPECT_EQ("postgres.idle_in_transaction", head.id);
  EXPECT_EQ("유휴 트랜잭션", head.title.ko);
  EXPECT_EQ("postgres", head.expects);
  ASSERT_EQ(2U, head.needs.size());
  EXPECT_TRUE(head.needs[1].optional);
  ASSERT_EQ(1U, head.params.size());
  EXPECT_EQ(600, head.params[0].max);
  EXPECT_EQ("warn_minutes", head.thresholds.at(0).warning);
  EXPECT_EQ("{age} 동안 유휴", head.messages.at("idle").ko);
  ASSERT_EQ(1U, head.remedies.size());
  EXPECT_EQ(Risk::kMedium, head.remedies[0].risk);
  EXPECT_EQ(std::chrono::seconds(5), head.remedies[0].verify_after);
  EXPECT_TRUE(head.remedies[0].has_plan);
  EXPECT_FALSE(head.remedies[0].has_verify);
}

TEST(HeadTest, EmptyLuaTablesAreEmptyLists) {
  Value data = GoodHead();
  data["needs"] = Value::object();
  data["covers"] = Value::object();
  data["thresholds"] = Value::object();
  data["params"] = Value::array();
  EXPECT_EQ(Errors{}, ErrorsOf(data));
}

TEST(HeadTest, EveryErrorIsReportedInOnePass) {
  Value data = GoodHead();
  data["format"] = 2;
  data["id"] = "Postgres.Idle";
  data["cadence"] = "dayly";
  data["ownr"] = "dba";
  data.erase("owner");
  data["title"].erase("ko");
  data["needs"][0] = "postgres:qery";
  EXPECT_EQ((Errors{
                "format: format must be 1, and this is the number 2 [this upkeep knows format 1]",
                "id: 'Postgres.Idle' is no id [words of lower-case letters, digits and '_', joined by dots: "
                "kubernetes.nodes]",
                "title: title needs the field 'ko'",
                "cadence: cadence must be one of continuous, daily, weekly, monthly, quarterly, on_demand, and "
                "this is 'dayly' [did you mean 'daily'?]",
                ": the head needs the field 'owner'",
                "needs.1: postgres has no verb 'qery' [did you mean 'query'?]",
                "ownr: a head has no field 'ownr' [did you mean 'owner'?]",
            }),
            ErrorsOf(data));
}

TEST(HeadTest, AHeadThatIsNoTableIsOneError) {
  EXPECT_EQ(1U, ErrorsOf("no").size());
  EXPECT_EQ(1U, ErrorsOf(Function(1)).size());
}

TEST(HeadTest, AnEmptyTableLacksEveryRequiredField) {
  const Errors errors = ErrorsOf(Value::object());
  EXPECT_EQ(8U, errors.size());
  for (const char* field : {"format", "id", "title", "fix", "cadence", "owner", "target", "check"}) {
    const std::string quoted = "'" + std::string(field) + "'";
    EXPECT_TRUE(std::any_of(errors.begin(), errors.end(), [&](const std::string& error) {
      return error.find(quoted) != std::string::npos;
    })) << field;
  }
}

TEST(HeadTest, ACheckMayNotDeclareAChange) {
  Value data = GoodHead();
  data["needs"].push_back("kubernetes:delete:pods");
  data["needs"].push_back("postgres:query");
  EXPECT_EQ((Errors{"needs.3: kubernetes:delete:pods changes something, and a check only reads [move it to the "
                    "needs of a remedy]",
                    "needs.4: postgres:query is there twice"}),
            ErrorsOf(data));
}

TEST(HeadTest, PlaceholdersAreTheSameInBothLanguages) {
  Value data = GoodHead();
  data["messages"]["idle"]["ko"] = "유휴 {count}";
  EXPECT_EQ((Errors{"messages.idle.ko: the Korean text of messages.idle lacks {age}",
                    "messages.idle.en: the English text of messages.idle lacks {count}"}),
            ErrorsOf(data));
}

TEST(HeadTest, ParametersAreJudgedByTheirOwnRange) {
  Value data = GoodHead();
  Value& parameter = data["params"]["warn_minutes"];
  parameter["default"] = 1000;
  EXPECT_EQ((Errors{"params.warn_minutes.default: the default of 'warn_minutes' must be at most 600, and "
                    "this is 1000"}),
            ErrorsOf(data));
  parameter["default"] = 5;
  parameter["min"] = 700;
  EXPECT_EQ((Errors{"params.warn_minutes.min: params.warn_minutes.min is greater than its max"}), ErrorsOf(data));
  parameter["default"] = Value::array({1});
  EXPECT_EQ(2U, ErrorsOf(data).size());  // Neither a list of strings nor a number for the threshold.
  parameter.erase("default");
  parameter.erase("source");
  EXPECT_EQ(3U, ErrorsOf(data).size());
}

TEST(HeadTest, ThresholdsNameParameters) {
  Value data = GoodHead();
  data["thresholds"][0]["warning"] = "warn_minuts";
  EXPECT_EQ((Errors{"thresholds.1.warning: thresholds.1.warning names the parameter 'warn_minuts', which params "
                    "does not have [did you mean 'warn_minutes'?]"}),
            ErrorsOf(data));
  data["thresholds"][0].erase("warning");
  EXPECT_EQ((Errors{"thresholds.1: thresholds.1 has neither a warning nor a critical limit"}), ErrorsOf(data));
}

TEST(HeadTest, ARemedyNeedsAPlanARiskAndATitle) {
  Value data = GoodHead();
  data["remedies"]["terminate"] = {{"risk", "lethal"}, {"verify_after", "soon"}, {"undo", 1}};
  const Errors errors = ErrorsOf(data);
  ASSERT_EQ(5U, errors.size());
  EXPECT_EQ("remedies.terminate: remedies.terminate needs the field 'title' [write { en = \"…\", ko = \"…\" }]",
            errors[0]);
  EXPECT_NE(std::string::npos, errors[1].find("must be one of low, medium, high, irreversible"));
  EXPECT_NE(std::string::npos, errors[2].find("must be a duration"));
  EXPECT_NE(std::string::npos, errors[3].find("needs the function 'plan'"));
  EXPECT_NE(std::string::npos, errors[4].find("has no field 'undo'"));
}

TEST(HeadTest, WrongTypesAreNamedWhereTheyStand) {
  Value data = GoodHead();
  data["covers"] = "S4-D-08";
  data["runbook"] = "http://example.test/x";
  data["check"] = "function";
  data["title"] = "only English";
  data["messages"] = 3;
  data["controls"] = {1};
  data["remedies"]["terminate"]["covers"] = {"first"};
  const Errors errors = ErrorsOf(data);
  ASSERT_EQ(7U, errors.size());
  EXPECT_NE(std::string::npos, errors[0].find("title must hold an English and a Korean text"));
  EXPECT_EQ("covers: covers must be a list, and this is the string 'S4-D-08' [write covers = { \"S4-D-08\" }]",
            errors[1]);
  EXPECT_NE(std::string::npos, errors[2].find("runbook must be a path or an https URL"));
  EXPECT_NE(std::string::npos, errors[3].find("controls must be a list of strings"));
  EXPECT_NE(std::string::npos, errors[4].find("messages must be a table with names"));
  EXPECT_NE(std::string::npos, errors[5].find("'first' is no row of the catalogue"));
  EXPECT_NE(std::string::npos, errors[6].find("check must be a function"));
}

TEST(HeadTest, AnErrorStandsAtTheNearestTableWhosePlaceIsKnown) {
  const PlaceFinder place_of = [](std::string_view path) {
    return SourcePlace{"x.lua", path == "params.warn_minutes" ? 14 : 0, 3, ""};
  };
  Value data = GoodHead();
  data["params"]["warn_minutes"]["dok"] = 1;
  std::vector<Status> errors;
  (void)ReadHead(data, place_of, errors);
  ASSERT_EQ(1U, errors.size());
  EXPECT_EQ(14, errors[0].place()->line);
}

}  // namespace
}  // namespace upkeep::checks
