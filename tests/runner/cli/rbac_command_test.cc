// SPDX-License-Identifier: Apache-2.0
// upkeep rbac as it is typed, and the comparison of rules; tests/e2e/rights.sh applies them for real.
#include "checks/postgres/rights.h"
#include "checks/redis/rights.h"
#include "runner/cli/rights_diff.h"
#include "tests/runner/cli/terminal.h"
#include "tests/source_folder.h"

namespace upkeep::cli {
namespace {

checks::Need NeedOf(const std::string& text) {
  auto need = checks::ParseNeed(text);
  EXPECT_TRUE(need.ok()) << text;
  return *need;
}

class RbacCommandTest : public TerminalTest {
 protected:
  Said Rbac(std::vector<std::string> words) const {
    words.insert(words.begin(), "rbac");
    words.insert(words.end(), {"--playbooks", SourceFolder() + "/playbooks"});
    return Type(words);
  }
};

TEST_F(RbacCommandTest, EachKindOfTargetHasItsOwnLanguage) {
  const Said yaml = Rbac({"--role", "looks", "--write-role", "mends"});
  EXPECT_EQ(0, yaml.code) << yaml.err;
  EXPECT_TRUE(Has(yaml.out, "name: looks\n")) << yaml.out;
  EXPECT_TRUE(Has(yaml.out, "name: mends\n")) << yaml.out;
  EXPECT_FALSE(Has(yaml.out.substr(0, yaml.out.find("name: mends")), "delete")) << "what looks changes nothing";
  const Said sql = Rbac({"-o", "sql", "--role", "on-call"});
  EXPECT_TRUE(Has(sql.out, "GRANT pg_monitor TO \"on-call\";\n")) << sql.out;
  EXPECT_TRUE(Has(sql.out, "GRANT pg_signal_backend TO upkeep_write;\n")) << sql.out;
  EXPECT_EQ("ACL SETUSER upkeep on resetkeys resetchannels -@all +cluster|info +info +ping\n", Rbac({"-o", "redis"}).out);
}

TEST_F(RbacCommandTest, ANameThatIsMoreThanANameIsRefused) {
  for (const char* name : {"a; DROP TABLE x", "a b", "", "Äpfel", "a\nb"}) {
    const Said said = Rbac({"-o", "sql", "--role", name});
    EXPECT_EQ(64, said.code) << name;
  }
}

TEST_F(RbacCommandTest, DiffWithoutAnInventoryOrWithAnUnknownTargetSaysSo) {
  const Said nothing = Rbac({"--diff"});
  EXPECT_EQ(78, nothing.code);
  EXPECT_TRUE(Has(nothing.err, "there is no inventory")) << nothing.err;
  const std::string inventory = Write("inventory.yaml", "apiVersion: upkeep/v1\ntargets:\n  - {name: host, kind: host, host: localhost}\n");
  const Said wrong = Rbac({"--diff", "--inventory", inventory, "--target", "hst"});
  EXPECT_EQ(64, wrong.code);
  EXPECT_TRUE(Has(wrong.err, "did you mean 'host'?")) << wrong.err;
}

TEST_F(RbacCommandTest, WhereNothingIsNeededItLooksAllTheSame) {
  Write("few/http/lone.lua", "return require \"upkeep\".playbook {\n  format = 1, id = \"http.lone\", title = { en = \"t\", ko = \"t\" }, cadence = \"daily\",\n"
                             "  covers = {}, owner = \"o\", runbook = \"r.md\", fix = { en = \"f\", ko = \"f\" }, target = \"http\", needs = { \"http:get\" },\n"
                             "  messages = { m = { en = \"m\", ko = \"m\" } }, check = function(run) run:ok { message = \"m\" } end,\n}\n");
  Write("config", "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: \"https://127.0.0.1:1\"}}]\n"
                  "users: [{name: u, user: {token: abcdefgh}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n");
  const std::string inventory = Write("inventory.yaml", "apiVersion: upkeep/v1\ntargets:\n  - {name: prod, kind: kubernetes, kubeconfig: config}\n");
  const Said dead = Type({"rbac", "--diff", "--playbooks", Path("few"), "--inventory", inventory});
  EXPECT_EQ(69, dead.code) << dead.out << dead.err;
  EXPECT_TRUE(Has(dead.out, "? prod")) << dead.out;
  Write("inventory.yaml", "apiVersion: upkeep/v1\ntargets:\n  - {name: web, kind: http, url: \"http://127.0.0.1:1/\"}\n");
  const Said endpoint = Type({"rbac", "--diff", "--playbooks", Path("few"), "--inventory", inventory});
  EXPECT_NE("", endpoint.out) << "no line at all says nothing";
}

TEST(PostgresRights, ANeedIsARoleAFunctionOrNothing) {
  EXPECT_EQ((std::vector<std::string>{"GRANT EXECUTE ON FUNCTION pg_switch_wal TO r;", "GRANT pg_monitor TO r;",
                                      "GRANT pg_read_all_stats TO r;", "GRANT pg_signal_backend TO r;"}),
            postgres::GrantStatements({NeedOf("postgres:query"), NeedOf("postgres:role:pg_monitor"),
                                       NeedOf("postgres:role:pg_monitor"), NeedOf("postgres:function:pg_terminate_backend"),
                                       NeedOf("postgres:function:pg_switch_wal"), NeedOf("redis:command:INFO")},
                                      "r"));
}

TEST(RedisRights, OnlyTheCommandsAndNoKeys) {
  EXPECT_EQ("", redis::AclLine({NeedOf("postgres:query")}, "u"));
  EXPECT_EQ("ACL SETUSER u on resetkeys resetchannels -@all +info", redis::AclLine({NeedOf("redis:command:INFO")}, "u"));
}

TEST(RightsDiff, WhatNobodyNeedsIsNamedByResourceWithItsVerbs) {
  const Value answer = Value::parse(R"({"resourceRules": [
    {"verbs": ["get", "list", "watch"], "apiGroups": [""], "resources": ["pods", "secrets"]},
    {"verbs": ["create"], "apiGroups": ["authorization.k8s.io"], "resources": ["selfsubjectaccessreviews"]},
    {"verbs": ["create"], "apiGroups": ["authentication.k8s.io"], "resources": ["selfsubjectreviews", "tokenreviews"]},
    {"verbs": ["impersonate"], "apiGroups": ["authentication.k8s.io"], "resources": ["uids"]},
    {"verbs": ["list"], "apiGroups": ["apps"], "resources": ["deployments"]},
    {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}, 7, {"verbs": null}]})");
  kubernetes::RbacRule rule;
  rule.api_groups = {""};
  rule.resources = {"pods"};
  rule.verbs = {"get", "list", "watch"};
  EXPECT_EQ((std::vector<std::string>{"* *.*", "list deployments.apps", "get, list, watch secrets",
                                      "create tokenreviews.authentication.k8s.io", "impersonate uids.authentication.k8s.io"}), NotNeeded(answer, {rule}));
  EXPECT_TRUE(NotNeeded(Value::object(), {rule}).empty());
}

TEST(RightsDiff, TheWorstLineDecidesTheExitCode) {
  using Kind = RightLine::Kind;
  const auto exit = [](std::vector<Kind> kinds) {
    std::vector<RightLine> lines;
    for (const Kind kind : kinds) lines.push_back({kind, "t", "", ""});
    return ExitOfRights(lines);
  };
  EXPECT_EQ(0, exit({Kind::kSame}));
  EXPECT_EQ(1, exit({Kind::kSame, Kind::kNotNeeded, Kind::kNotSeen}));
  EXPECT_EQ(2, exit({Kind::kNotNeeded, Kind::kMissing}));
  EXPECT_EQ(3, exit({Kind::kNotSeen}));
}

}  // namespace
}  // namespace upkeep::cli
