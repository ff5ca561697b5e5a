// SPDX-License-Identifier: Apache-2.0
#include "checks/postgres/errors.h"

#include <gtest/gtest.h>

namespace upkeep::postgres {
namespace {

Status Of(const char* state, const char* message = "it says so") {
  return StatusOf(state, message, "upkeep", "db:5432");
}

TEST(ErrorsTest, EachStateHasItsReason) {
  EXPECT_EQ(Code::kNotPermitted, Of("28P01").code());
  EXPECT_EQ(Code::kNotPermitted, Of("28000").code());
  EXPECT_EQ(Code::kNotPermitted, Of("42501").code());
  EXPECT_EQ(Code::kTimeout, Of("57014").code());
  EXPECT_EQ(Code::kTimeout, Of("55P03").code());
  EXPECT_EQ(Code::kUnreachable, Of("57P01").code());
  EXPECT_EQ(Code::kUnreachable, Of("57P03").code());
  EXPECT_EQ(Code::kUnreachable, Of("08006").code());
  EXPECT_EQ(Code::kUndeclared, Of("25006").code());
  EXPECT_EQ(Code::kConfig, Of("3D000").code());
  EXPECT_EQ(Code::kError, Of("42P01").code());
  EXPECT_NE(std::string::npos, Of("42P01").message().find("SQLSTATE 42P01"));
  EXPECT_NE(std::string::npos, Of("53300").message().find("no connection is free at db:5432"));
}

TEST(ErrorsTest, AMissingRightComesWithItsGrant) {
  const auto hint = [](const char* message) { return Of("42501", message).hint(); };
  EXPECT_EQ("GRANT SELECT ON orders TO upkeep;", hint("permission denied for table orders"));
  EXPECT_EQ("GRANT SELECT ON \"Orders\" TO upkeep;", hint("permission denied for table Orders"));
  EXPECT_EQ("GRANT pg_monitor TO upkeep;", hint("permission denied for function pg_ls_waldir"));
  EXPECT_EQ("GRANT pg_monitor TO upkeep;", hint("permission denied for view pg_stat_wal"));
  EXPECT_EQ("GRANT EXECUTE ON FUNCTION pg_read_file TO upkeep;", hint("permission denied for function pg_read_file"));
  EXPECT_EQ("GRANT USAGE ON SCHEMA shop TO upkeep;", hint("permission denied for schema shop"));
  EXPECT_EQ("", hint("테이블 orders 에 대한 접근 권한 없음"));
}

TEST(ErrorsTest, ALoginIsJudgedByItsStateInAnyLanguage) {
  const Status wrong = StatusOfLogin(
      "connection to server at \"127.0.0.1\", port 5432 failed: 치명적오류:  28P01: 비밀번호 오류\nLOCATION: x\n", "upkeep",
      "db:5432");
  EXPECT_EQ(Code::kNotPermitted, wrong.code());
  EXPECT_EQ("'upkeep' may not log in at db:5432: 비밀번호 오류", wrong.message());
  const Status refused = StatusOfLogin(
      "connection to server at \"127.0.0.1\", port 5432 failed: Connection refused\n\tIs the server running?\n",
      "upkeep", "db:5432");
  EXPECT_EQ(Code::kUnreachable, refused.code());
  EXPECT_EQ("db:5432: Connection refused", refused.message());
  EXPECT_EQ(Code::kNotPermitted,
            StatusOfLogin("x failed: fe_sendauth: no password supplied\n", "upkeep", "db:5432").code());
  EXPECT_EQ(Code::kUnreachable, StatusOfLogin("", "upkeep", "db:5432").code());
}

TEST(ErrorsTest, IdentifiersAreQuotedWhereTheyMustBe) {
  EXPECT_EQ("upkeep_2", Identifier("upkeep_2"));
  EXPECT_EQ("\"a\"\"b\"", Identifier("a\"b"));
  EXPECT_EQ("\"\"", Identifier(""));
}

}  // namespace
}  // namespace upkeep::postgres
