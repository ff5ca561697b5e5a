// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/module.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/checks/kubernetes/fake_api.h"
#include "tests/source_folder.h"

namespace upkeep::kubernetes {
namespace {

checks::Need NeedOf(const std::string& text, std::vector<std::string> fields = {}) {
  checks::Need need = *checks::ParseNeed(text);
  need.fields = std::move(fields);
  return need;
}

class ModuleTest : public testing::Test {
 protected:
  void SetUp() override {
    fake_ = std::make_unique<FakeApi>([this](const FakeRequest& request) { return Answer(request); });
    reactor_ = *io::Reactor::Create(1);
    module_ = std::make_unique<KubernetesModule>(Client(), nullptr);
  }
  std::unique_ptr<KubernetesClient> Client() {
    Access access;
    access.server = fake_->url();
    ClientOptions options;
    options.attempts = 1;
    return std::make_unique<KubernetesClient>(*reactor_, access, redactor_, options);
  }
  FakeReply Answer(const FakeRequest& request) {
    FakeReply reply;
    if (request.target.starts_with("/api/v1/pods")) {
      reply.body = R"({"items":[
        {"metadata":{"name":"a","namespace":"x","uid":"1"},"spec":{"nodeName":"n"},"status":{"phase":"Running"}},
        {"metadata":{"name":"b","namespace":"y","uid":"2"},"spec":{"nodeName":"m"},"status":{"phase":"Failed"}}]})";
    } else if (request.target.starts_with("/api/v1/secrets")) {
      reply.status = 403;
      reply.body = R"({"kind":"Status","reason":"Forbidden","message":"no"})";
    } else if (request.target.ends_with("selfsubjectaccessreviews")) {
      const Value spec = Value::parse(request.body)["spec"]["resourceAttributes"];
      const bool allowed = spec["resource"] == "nodes";
      reply.body = Value{{"status", {{"allowed", allowed}, {"reason", "because"}}}}.dump();
    } else if (request.target.starts_with("/apis/velero.io")) {
      reply.status = 404;
      reply.body = "404 page not found";
    } else {
      reply.body = R"({"items":[]})";
    }
    return reply;
  }
  Limits Soon() const { return Limits().Within(std::chrono::seconds(20)); }
  std::vector<Status> Prepare(std::vector<checks::Need> needs) {
    return reactor_->RunUntilDone(module_->Prepare(std::move(needs), Soon()));
  }
  Result<lua::Answer> Call(const std::string& function, Value arguments) {
    return reactor_->RunUntilDone(module_->Call(function, std::move(arguments), Soon()));
  }

  Redactor redactor_;
  std::unique_ptr<FakeApi> fake_;
  std::unique_ptr<io::Reactor> reactor_;
  std::unique_ptr<KubernetesModule> module_;
};

TEST_F(ModuleTest, ListsOnceWhatSeveralPlaybooksReadAndKeepsTheUnionOfTheirFields) {
  for (const Status& status :
       Prepare({NeedOf("kubernetes:list:pods", {"metadata.name"}), NeedOf("kubernetes:list:nodes"),
                NeedOf("kubernetes:list:pods", {"status.phase"})})) {
    EXPECT_TRUE(status.ok()) << status.message();
  }
  EXPECT_EQ(2U, fake_->requests().size());
  const auto pods = Call("list", {"pods"});
  ASSERT_TRUE(pods.ok()) << pods.status().message();
  EXPECT_EQ(Value::parse(R"([{"metadata":{"name":"a"},"status":{"phase":"Running"}},
                             {"metadata":{"name":"b"},"status":{"phase":"Failed"}}])"),
            pods->documents->ToValue());
  EXPECT_EQ(2U, fake_->requests().size());
}

TEST_F(ModuleTest, OneNamespaceComesFromTheSnapshotWhereItsFieldIsKept) {
  Prepare({NeedOf("kubernetes:list:pods", {"metadata.name", "metadata.namespace"})});
  const auto pods = Call("list", {"pods", {{"namespace", "y"}}});
  ASSERT_TRUE(pods.ok());
  EXPECT_EQ(Value::parse(R"([{"metadata":{"name":"b","namespace":"y"}}])"), pods->documents->ToValue());
  EXPECT_EQ(1U, fake_->requests().size());
}

TEST_F(ModuleTest, OtherwiseItIsFetchedOnce) {
  Prepare({NeedOf("kubernetes:list:pods", {"metadata.name"})});
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(Call("list", {"pods", {{"namespace", "y"}}}).ok());
    ASSERT_TRUE(Call("list", {"pods", {{"label_selector", "a=b"}}}).ok());
  }
  EXPECT_EQ((std::vector<std::string>{"GET /api/v1/pods?limit=500",
                                      "GET /api/v1/namespaces/y/pods?limit=500",
                                      "GET /api/v1/pods?limit=500&labelSelector=a%3Db"}),
            fake_->requests());
}

TEST_F(ModuleTest, EventsAreAskedForByObjectAndNeverListedWhole) {
  const std::vector<Status> statuses = Prepare({NeedOf("kubernetes:list:events", {"reason"})});
  EXPECT_EQ(Code::kNotPermitted, statuses.at(0).code());
  EXPECT_NE(std::string::npos, statuses[0].message().find("kubernetes:list:events")) << statuses[0].message();
  ASSERT_TRUE(Call("events", {{{"kind", "Pod"}, {"namespace", "x"}, {"name", "a"}}}).ok());
  for (const std::string& request : fake_->requests()) {
    EXPECT_TRUE(request.find("/events") == std::string::npos || request.find("fieldSelector=") != std::string::npos)
        << request;
  }
  EXPECT_EQ(2U, fake_->requests().size());
}

TEST_F(ModuleTest, EachNeedHasItsOwnStatus) {
  const std::vector<Status> statuses =
      Prepare({NeedOf("kubernetes:list:pods", {"metadata.name"}), NeedOf("kubernetes:list:secrets"),
               NeedOf("kubernetes:get:nodes/proxy"), NeedOf("kubernetes:get:pods/log"),
               NeedOf("kubernetes:list:backups.velero.io"), NeedOf("kubernetes:get:version"),
               NeedOf("kubernetes:delete:pods"), NeedOf("kubernetes:list:nosuchkind")});
  ASSERT_EQ(8U, statuses.size());
  EXPECT_TRUE(statuses[0].ok());
  EXPECT_EQ(Code::kNotPermitted, statuses[1].code());
  EXPECT_NE(std::string::npos, statuses[1].message().find("kubernetes:list:secrets"));
  EXPECT_TRUE(statuses[2].ok()) << statuses[2].message();
  EXPECT_EQ(Code::kNotPermitted, statuses[3].code());
  EXPECT_NE(std::string::npos, statuses[3].hint().find("pods/log")) << statuses[3].hint();
  EXPECT_EQ(Code::kNoData, statuses[4].code());
  EXPECT_TRUE(statuses[5].ok());
  EXPECT_EQ(Code::kDenied, statuses[6].code()) << "there is no write identity";
  EXPECT_EQ(Code::kInvalid, statuses[7].code());
  EXPECT_EQ(Code::kNotPermitted, Call("list", {"secrets"}).status().code());
}

TEST_F(ModuleTest, ToldOfANeedItCanBeReadAtOnce) {
  std::vector<std::pair<std::size_t, Code>> told;
  std::size_t pods = 0;
  checks::HostModule::NeedKnown known = [&](std::size_t need, const Status& status) {
    told.emplace_back(need, status.code());
    if (need != 0) return;
    // In the list's own task, before Prepare has ended.
    Task<Result<lua::Answer>> call = module_->Call("list", {"pods"}, Soon());
    call.handle().resume();
    ASSERT_TRUE(call.done());
    pods = (*call.handle().promise().value)->documents->size();
  };
  std::vector<checks::Need> needs = {NeedOf("kubernetes:list:pods", {"metadata.name"}),
                                     NeedOf("kubernetes:list:secrets"),
                                     NeedOf("kubernetes:get:pods/log")};
  reactor_->RunUntilDone(module_->PrepareAndTell(needs, known, Soon()));
  std::sort(told.begin(), told.end());
  EXPECT_EQ((std::vector<std::pair<std::size_t, Code>>{
                {0, Code::kOk}, {1, Code::kNotPermitted}, {2, Code::kNotPermitted}}),
            told);
  EXPECT_EQ(2U, pods);
}

TEST_F(ModuleTest, ChangesNeedTheWriteIdentity) {
  const Value arguments = {"pods", "x", "a", {{"uid", "1"}}};
  EXPECT_EQ(Code::kDenied, Call("delete", arguments).status().code());
  EXPECT_TRUE(fake_->requests().empty());
  KubernetesModule with_writer(Client(), Client());
  EXPECT_TRUE(reactor_->RunUntilDone(with_writer.Call("delete", arguments, Soon())).ok());
  EXPECT_EQ("DELETE /api/v1/namespaces/x/pods/a", fake_->requests().back());
}

TEST_F(ModuleTest, EveryCallHasTheNeedThatItUses) {
  const std::vector<std::tuple<std::string, Value, std::string>> cases = {
      {"list", {"deployments"}, "kubernetes:list:deployments"},
      {"get", {"nodes", "n"}, "kubernetes:get:nodes"},
      {"get", {"pods", "x", "a"}, "kubernetes:get:pods"},
      {"get", {"nodes", nullptr, "n"}, "kubernetes:get:nodes"},
      {"events", Value::array({{{"name", "a"}, {"namespace", "x"}}}), "kubernetes:list:events"},
      {"node_stats", Value::array({"n"}), "kubernetes:get:nodes/proxy"},
      {"log", {"x", "a", nullptr, {{"tail_lines", 20.0}}}, "kubernetes:get:pods/log"},
      {"version", Value::array(), "kubernetes:get:version"},
      {"server_time", Value::array(), "kubernetes:get:version"},
      {"installed", Value::array({"velero.io"}), "kubernetes:get:apis"},
      {"can", Value::array({"kubernetes:delete:pods"}), "kubernetes:get:selfsubjectaccessreviews"},
      {"delete", {"pods", "x", "a"}, "kubernetes:delete:pods"},
      {"patch", {"nodes", nullptr, "n", {{"spec", {{"unschedulable", true}}}}}, "kubernetes:patch:nodes"},
      {"create", {"events", "x", {{"reason", "r"}}}, "kubernetes:create:events"}};
  std::set<std::string> seen;
  for (const auto& [function, arguments, need] : cases) {
    const Result<checks::Need> found = module_->NeedOf(function, arguments);
    ASSERT_TRUE(found.ok()) << function << ": " << found.status().message();
    EXPECT_EQ(need, found->ToString());
    EXPECT_TRUE(checks::ParseNeed(need).ok()) << need;
    EXPECT_TRUE(RuleOf(*found).ok()) << need;
    seen.insert(function);
  }
  const std::vector<std::string> functions = module_->Functions();
  EXPECT_EQ(std::set<std::string>(functions.begin(), functions.end()), seen);
}

TEST_F(ModuleTest, WrongArgumentsSayHowTheFunctionIsCalled) {
  const std::vector<std::pair<std::string, Value>> cases = {
      {"list", Value::array()}, {"list", {"pod"}}, {"list", {"pods", {{"colour", "red"}}}},
      {"list", {"pods", 1}}, {"get", Value::array({"pods"})}, {"events", Value::array({Value::object()})},
      {"events", Value::array({{{"name", "a,b=c"}}})}, {"log", {"x", "a", "c", {{"tail_lines", -1}}}},
      {"log", {"x", "a", "c", {{"limit_bytes", 0}}}}, {"node_stats", Value::array({"../x"})},
      {"version", Value::array({1})}, {"can", Value::array({"redis:command:INFO"})},
      {"patch", {"pods", "x", "a"}}, {"delete", {"pods", "x", 5}}, {"explode", Value::array()}};
  for (const auto& [function, arguments] : cases) {
    EXPECT_EQ(Code::kInvalid, module_->NeedOf(function, arguments).status().code())
        << function << arguments.dump();
  }
  EXPECT_NE(std::string::npos, module_->NeedOf("get", Value::array()).status().hint().find(
                                   "kubernetes.get(resource, namespace or nil, name)"));
}

// The declaration that authors read and the functions that exist are the same.
TEST_F(ModuleTest, TheDeclarationNamesEveryFunctionAndNoOther) {
  std::ifstream file(SourceFolder() + "/checks/kubernetes/kubernetes.lua");
  ASSERT_TRUE(file);
  std::stringstream text;
  text << file.rdbuf();
  const std::string lua = text.str();
  EXPECT_TRUE(lua.find("---@meta") != std::string::npos);
  std::set<std::string> declared;
  const std::regex pattern(R"(\nfunction kubernetes\.([a-z_]+)\()");
  for (std::sregex_iterator at(lua.begin(), lua.end(), pattern), end; at != end; ++at) {
    declared.insert((*at)[1]);
  }
  const std::vector<std::string> functions = module_->Functions();
  EXPECT_EQ(std::set<std::string>(functions.begin(), functions.end()), declared);
}

}  // namespace
}  // namespace upkeep::kubernetes
