// SPDX-License-Identifier: Apache-2.0
#include "base/lua/place.h"

#include "tests/base/lua/harness.h"

namespace upkeep::lua {
namespace {

class PlaceTest : public LuaTest {
 protected:
  Status Load(const std::string& source) {
    source_ = source;
    return LuaTest::Load(source);
  }
  std::string At(const char* path) {
    const SourcePlace place = FindPlace(source_, path);
    return std::to_string(place.line) + ":" + std::to_string(place.column) + " " + place.text;
  }

  std::string source_;
};

constexpr const char* kSource = R"lua(-- return { id = "comment" }
local other = { id = "other", check = function() return { id = "inner" } end }
--[==[ return { id = "long comment" } ]==]
local function helper() if true then return { id = "helper" } end end
return helper and {
  id = "a.b", title = { en = "x -- { no comment", ko = [[
    } ]] },
  covers = { "S4-D-01", "S4-D-02" },
  needs = { { "kubernetes:list:pods", fields = { "a", "b" } }, "x:y" };
  ["quoted"] = 1,
  params = { warn = { default = 1 == 2 and { min = 9 } or 3, min = 0 } },
  check = function(run) for i = 1, 2 do if i then run = { owner = 1 } end end return { owner = 2 } end,
  owner = "team",
}
)lua";

TEST_F(PlaceTest, FindsFieldsAndNotTheirLikes) {
  ASSERT_TRUE(Load(kSource).ok());
  EXPECT_EQ("8:3   covers = { \"S4-D-01\", \"S4-D-02\" },", At("covers"));
  EXPECT_EQ(std::string("8:25"), At("covers.2").substr(0, 4));
  EXPECT_EQ(std::string("8:25"), At("covers[2]").substr(0, 4));
  EXPECT_EQ(std::string("6:3"), At("id").substr(0, 3));
  EXPECT_EQ(std::string("6:51"), At("title.ko").substr(0, 4));
  EXPECT_EQ(std::string("9:13"), At("needs.1").substr(0, 4));
  EXPECT_EQ(std::string("9:55"), At("needs.1.fields.2").substr(0, 4));
  EXPECT_EQ(std::string("10:3"), At("quoted").substr(0, 4));
  EXPECT_EQ(std::string("11:62"), At("params.warn.min").substr(0, 5));
  EXPECT_EQ(std::string("13:3"), At("owner").substr(0, 4));
  EXPECT_EQ(std::string("12:3"), At("check").substr(0, 4));
}

TEST_F(PlaceTest, WhatIsNotWrittenPointsAtWhatIsAroundIt) {
  ASSERT_TRUE(Load(kSource).ok());
  EXPECT_EQ(std::string("6:15"), At("title.fr").substr(0, 4));
  EXPECT_EQ(std::string("5:1"), At("nothing").substr(0, 3));
  EXPECT_EQ(std::string("8:3"), At("covers.9").substr(0, 3));
  EXPECT_EQ(std::string("13:3"), At("owner.deeper").substr(0, 4));
  EXPECT_EQ(std::string("5:1"), At("").substr(0, 3));
}

TEST_F(PlaceTest, APlaybookMayBeALocal) {
  ASSERT_TRUE(Load("local upkeep = require 'upkeep'\nlocal p = upkeep.playbook({\n  id = 'x',\n})\nreturn p").ok());
  EXPECT_EQ("3:3   id = 'x',", At("id"));
  ASSERT_TRUE(Load("local function make() return { id = 'x' } end\nreturn make()").ok());
  EXPECT_EQ(0, FindPlace(source_, "id").line);
}

TEST_F(PlaceTest, APlaybookMayRequireWhatMakesIt) {
  for (const char* maker : {"require 'upkeep'.playbook", "require('upkeep').playbook", "(require 'upkeep').playbook"}) {
    ASSERT_TRUE(Load(("return " + std::string(maker) + " {\n  a = 1, id = 'x',\n}").c_str()).ok()) << maker;
    EXPECT_EQ("2:10   a = 1, id = 'x',", At("id")) << maker;
  }
}

TEST_F(PlaceTest, BrokenSourceIsNoTrouble) {
  for (const char* source : {"return {", "return", "", "return { [", "--[[", "return '", "x = [==[", "{{{{", "return { a = ", "'\\"}) {
    EXPECT_FALSE(Load(source).ok()) << source;
    (void)FindPlace(source, "a.b.1");
  }
}

}  // namespace
}  // namespace upkeep::lua
