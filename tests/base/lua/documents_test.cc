// SPDX-License-Identifier: Apache-2.0
#include "base/document.h"

#include <chrono>

#include "tests/base/lua/harness.h"

namespace upkeep::lua {
namespace {

class DocumentsTest : public LuaTest {
 protected:
  void List(const char* json, std::vector<std::string> fields = {}) {
    host_.answers["list"].documents = std::make_shared<DocumentList>(DocumentList::FromValue(Value::parse(json)));
    host_.answers["list"].fields = std::move(fields);
  }
};

constexpr const char* kPods = R"([
  {"metadata": {"name": "a", "labels": {"x": "1", "y": null}}, "status": {"phase": "Running", "ready": true,
   "restarts": 3, "load": 0.5, "conditions": [{"type": "Ready"}, null, {"type": "Seen"}], "none": null, "empty": []}},
  {"metadata": {"name": "b"}, "status": {}}])";

TEST_F(DocumentsTest, ReadLikeTables) {
  List(kPods);
  EXPECT_EQ(Value::parse(R"([2, "a", "b", "Running", true, 3, 0.5, 3, "Ready", true, true, true, true, 0])"),
            Eval("local p = fake.list('pods') local s = p[1].status return { #p, p[1].metadata.name, p[2].metadata.name, s.phase, "
                 "s.ready, s.restarts, s.load, #s.conditions, s.conditions[1].type, s.none == nil, s.missing == nil, "
                 "p[3] == nil, p[0] == nil, #s.empty }"));
}

TEST_F(DocumentsTest, Iterate) {
  List(kPods);
  EXPECT_EQ(Value("ab|ReadySeen|x=1;|1a2b|1Ready"),
            Eval("local p, out = fake.list(), '' for d in upkeep.items(p) do out = out .. d.metadata.name end out = out .. '|' "
                 "for c in upkeep.items(p[1].status.conditions) do out = out .. c.type end out = out .. '|' "
                 "for k, v in pairs(p[1].metadata.labels) do out = out .. k .. '=' .. v .. ';' end out = out .. '|' "
                 "for i, d in ipairs(p) do out = out .. i .. d.metadata.name end out = out .. '|' "
                 "for i, c in ipairs(p[1].status.conditions) do out = out .. i .. c.type end return out"));
}

TEST_F(DocumentsTest, SameNodeIsEqualAndNothingCanBeWritten) {
  List(kPods);
  EXPECT_EQ(Value::parse("[true, false]"),
            Eval("local p = fake.list() return { p[1].metadata == p[1].metadata, p[1].metadata == p[2].metadata }"));
  for (const char* body : {"fake.list()[1] = 1", "fake.list()[1].x = 1", "fake.list()[1].status.phase = 'x'"}) {
    EXPECT_NE(std::string::npos, Fails(body).message().find("documents are read-only")) << message();
  }
  EXPECT_NE(std::string::npos, Fails("return fake.list().metadata").message().find("a list has no field 'metadata'; loop over it"));
  EXPECT_NE(std::string::npos, Fails("return fake.list()[1].status.conditions.type").message().find("a list has no field 'type'"));
  EXPECT_NE(std::string::npos, Fails("return #fake.list()[1]").message().find("an object has no length"));
  EXPECT_NE(std::string::npos, Fails("for x in upkeep.items(fake.list()[1]) do end").message().find("is an object; use pairs"));
  EXPECT_NE(std::string::npos, Fails("return getmetatable(fake.list()).__index").message().find("boolean"));
}

TEST_F(DocumentsTest, GoIntoDataAndArguments) {
  List(kPods);
  EXPECT_EQ(Value::parse(R"({"labels": {"x": "1", "y": null}, "all": [{"type": "Ready"}, null, {"type": "Seen"}]})"),
            Eval("local p = fake.list() return fake.echo({ labels = p[1].metadata.labels, all = p[1].status.conditions })"));
  EXPECT_EQ(Value::parse(kPods), Eval("return fake.list()"));
}

TEST_F(DocumentsTest, UndeclaredFieldsRaiseAndSayWhatToAdd) {
  List(kPods, {"metadata.name", "status.conditions"});
  EXPECT_EQ(Value::parse(R"(["a", 3, "Ready", "name", "conditions"])"),
            Eval("local d = fake.list('pods')[1] local keys = {} for _, o in ipairs { d.metadata, d.status } do "
                 "for k in pairs(o) do keys[#keys + 1] = k end end "
                 "return { d.metadata.name, #d.status.conditions, d.status.conditions[1].type, keys[1], keys[2] }"));
  EXPECT_EQ(Value::parse(R"({"metadata": {"name": "a"}, "status": {"conditions": [{"type": "Ready"}, null, {"type": "Seen"}]}})"),
            Eval("return fake.list('pods')[1]"));
  const Status status = Fails("return fake.list('pods')[1].status.phase");
  EXPECT_EQ(Code::kUndeclared, status.code());
  EXPECT_EQ("the head does not declare the field status.phase of fake:list:pods", status.message());
  EXPECT_EQ("add \"status.phase\" to the fields of \"fake:list:pods\" in needs", status.hint());
  EXPECT_EQ(5, status.place()->line);
  EXPECT_EQ(Code::kUndeclared, Fails("return fake.list('pods')[1].spec").code());
  EXPECT_EQ(Code::kUndeclared, Fails("return fake.list('pods')[1].metadata.labels").code());
  EXPECT_EQ(Value("undeclared"), Eval("local d = fake.list('pods')[1] local ok, e = pcall(function() return d.x end) return e.reason"));
}

TEST_F(DocumentsTest, DocumentsOfAnEndedCallRaise) {
  List(kPods);
  ASSERT_TRUE(Load("local fake = require 'upkeep.fake' local upkeep = require 'upkeep' local kept, next_one return { "
                   "keep = function() local l = fake.list() kept = { l, l[1], l[1].status.conditions } "
                   "next_one = upkeep.items(l) next_one() end, "
                   "touch = function(i) if i == 4 then return next_one() end return kept[i][1] or kept[i].status end, "
                   "give = function(i) return kept[i] end }")
                  .ok());
  const auto call = [&](const char* path, int i) {
    std::vector<Value> arguments{Value(i)};
    task_ = sandbox_->Call(path, std::move(arguments), {});
    task_.handle().resume();
    return status();
  };
  ASSERT_TRUE(call("keep", 0).ok());
  host_.answers.clear();  // The last owner of the pages.
  for (int i = 1; i <= 4; ++i) {
    EXPECT_NE(std::string::npos, call("touch", i).message().find("belongs to a call that has ended")) << i << message();
  }
  EXPECT_NE(std::string::npos, call("give", 1).message().find("a list of an earlier call"));
  EXPECT_NE(std::string::npos, call("give", 2).message().find("a document of an earlier call"));
}

TEST_F(DocumentsTest, ListsOfSeveralPagesAreOne) {
  std::vector<std::shared_ptr<const DocumentPage>> pages;
  for (int p = 0; p < 4; ++p) {
    DocumentBuilder builder;
    for (int i = 0; i < (p == 2 ? 0 : 3); ++i) builder.Add("", Value{{"n", p * 10 + i}});
    pages.push_back(builder.Finish());
  }
  host_.answers["list"].documents = std::make_shared<DocumentList>(std::move(pages));
  EXPECT_EQ(Value::parse("[9, 0, 10, 32, \"0 1 2 10 11 12 30 31 32 \"]"),
            Eval("local l, all = fake.list(), '' for d in upkeep.items(l) do all = all .. d.n .. ' ' end "
                 "return { #l, l[1].n, l[4].n, l[9].n, all }"));
}

TEST_F(DocumentsTest, ThousandPodsFifteenReadsAreCheap) {
  Value pods = Value::array();
  for (int i = 0; i < 1'000; ++i) {
    Value pod;
    for (int f = 0; f < 12; ++f) pod["spec"]["field" + std::to_string(f)] = "value" + std::to_string(i);
    pod["metadata"] = {{"name", "pod-" + std::to_string(i)}, {"namespace", "default"}};
    pods.push_back(std::move(pod));
  }
  host_.answers["list"].documents = std::make_shared<DocumentList>(DocumentList::FromValue(pods));
  host_.answers["list"].fields = {"metadata.name", "metadata.namespace", "spec"};
  options_.budget.cpu = std::chrono::seconds(5);
  Eval("local n = 0 for p in upkeep.items(fake.list()) do local s, m = p.spec, p.metadata "
       "if s.field0 and s.field1 and s.field2 and s.field3 and s.field4 and s.field5 and s.field6 and s.field7 and "
       "s.field8 and s.field9 and s.field10 and m.name and m.namespace then n = n + 1 end end return n");
  RecordProperty("microseconds", static_cast<int>(sandbox_->cpu_used().count()));
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__)
  EXPECT_LT(sandbox_->cpu_used(), std::chrono::milliseconds(15));
#else
  EXPECT_LT(sandbox_->cpu_used(), std::chrono::milliseconds(300));
#endif
}

}  // namespace
}  // namespace upkeep::lua
