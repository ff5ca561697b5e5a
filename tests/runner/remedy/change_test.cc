// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/change.h"

#include <gtest/gtest.h>

#include "runner/remedy/plan_document.h"

namespace upkeep::remedy {
namespace {

class ChangeTest : public testing::Test {
 protected:
  ChangeTest() {
    head_.file = "pods.lua";
    head_.messages["delete"] = {"delete {pod} ({count})", "{pod} 삭제 ({count})"};
    head_.messages["gone"] = {"gone {when}", "없음 {when}"};
  }
  static Value Good() {
    return {{"call", "kubernetes.delete"},
            {"arguments", {"pods", "shop", "web", {{"uid", "u1"}}}},
            {"before", {{"uid", "u1"}, {"controller", "ReplicaSet/web"}}},
            {"seen", {{"restarts", 7.0}}},
            {"after", {{"controller", "ReplicaSet/web"}, {"uid", {{"en", "a new one"}, {"ko", "새 uid"}}}}},
            {"message", "delete"},
            {"values", {{"pod", "shop/web"}, {"count", 3.0}}}};
  }
  Result<Proposal> Read(const Value& returned) { return ReadProposal(head_, returned); }
  checks::Head head_;
};

TEST_F(ChangeTest, ReadsChanges) {
  const auto proposal = Read(Value::array({Good()}));
  ASSERT_TRUE(proposal.ok()) << proposal.status().Describe();
  ASSERT_EQ(1U, proposal->changes.size());
  const Change& change = proposal->changes[0];
  EXPECT_EQ("kubernetes.delete", change.Call());
  EXPECT_EQ("delete shop/web (3)", change.message.en);
  EXPECT_EQ("shop/web 삭제 (3)", change.message.ko);
  EXPECT_EQ(7.0, change.Known()["restarts"]);
  EXPECT_EQ("u1", change.Known()["uid"]);
}

TEST_F(ChangeTest, TheDiffShowsWhatGoesAndWhatComes) {
  const auto proposal = Read(Value::array({Good()}));
  ASSERT_TRUE(proposal.ok());
  const Text diff = DiffOf(proposal->changes[0]);
  EXPECT_EQ("@@ kubernetes.delete pods shop web {\"uid\":\"u1\"}\n  controller: ReplicaSet/web\n- uid: u1\n+ uid: a new one\n",
            diff.en);
  EXPECT_NE(std::string::npos, diff.ko.find("+ uid: 새 uid\n")) << diff.ko;
}

TEST_F(ChangeTest, HostileNamesCannotForgeLines) {
  Value hostile = Good();
  hostile["before"]["uid"] = "u1\x1b[2K\u202eevil";
  const auto proposal = Read(Value::array({hostile}));
  ASSERT_TRUE(proposal.ok());
  const std::string diff = DiffOf(proposal->changes[0]).en;
  EXPECT_EQ(std::string::npos, diff.find('\x1b')) << diff;
  EXPECT_EQ(std::string::npos, diff.find("\u202e")) << diff;
}

TEST_F(ChangeTest, ARefusalHasItsReason) {
  const auto proposal = Read({{"refused", "gone"}, {"values", {{"when", "today"}}}});
  ASSERT_TRUE(proposal.ok()) << proposal.status().Describe();
  EXPECT_TRUE(proposal->changes.empty());
  EXPECT_EQ("gone today", proposal->refused.en);
}

TEST_F(ChangeTest, RefusesWhatIsNoPlan) {
  Value no_before = Good(), unknown = Good(), no_message = Good(), no_call = Good(), arguments = Good();
  no_before.erase("before");
  unknown["befor"] = 1;
  no_message["message"] = "nowhere";
  no_call["call"] = "delete";
  arguments["arguments"] = "pods";
  for (const Value& returned :
       {Value(), Value::array(), Value::object(), Value("x"), Value{{"refused", "nowhere"}},
        Value::array({1}), Value::array({no_before}), Value::array({unknown}),
        Value::array({no_message}), Value::array({no_call}), Value::array({arguments})}) {
    const auto proposal = Read(returned);
    ASSERT_FALSE(proposal.ok()) << returned.dump();
    EXPECT_EQ(Code::kInvalid, proposal.status().code());
  }
}

TEST_F(ChangeTest, OnlyWhatMovesByItselfMayDiffer) {
  const Change change = Read(Value::array({Good()}))->changes[0];
  const auto with = [this](const char* key, const Value& value) {
    Value table = Good();
    table[key] = value;
    return Read(Value::array({table}))->changes[0];
  };
  EXPECT_TRUE(change.SameAs(with("seen", {{"restarts", 8}})));
  EXPECT_TRUE(change.SameAs(with("values", {{"count", 9}})));
  EXPECT_FALSE(change.SameAs(with("before", {{"uid", "u2"}})));
  EXPECT_FALSE(change.SameAs(with("arguments", {"pods", "shop", "web2"})));
  EXPECT_FALSE(change.SameAs(with("call", "kubernetes.patch")));
}

TEST_F(ChangeTest, ADryRunChangesNothing) {
  Change change = Read(Value::array({Good()}))->changes[0];
  const Value tried = DryRunArguments(change);
  EXPECT_EQ(true, tried[3]["dry_run"]);
  EXPECT_EQ("u1", tried[3]["uid"]);
  EXPECT_FALSE(change.arguments[3].contains("dry_run"));
  change.arguments = {"pods", "shop", "web"};
  EXPECT_EQ(true, DryRunArguments(change)[3]["dry_run"]);
  change.function = "patch";
  change.arguments = {"pods", "shop", "web", {{"spec", 1}}};
  EXPECT_EQ(true, DryRunArguments(change)[4]["dry_run"]);
  change.module = "postgres";
  EXPECT_TRUE(DryRunArguments(change).is_null());
}

TEST_F(ChangeTest, AnyDifferenceIsAnotherPlan) {
  store::Plan plan;
  plan.document = {{"changes", Value::array({{{"call", "kubernetes.delete"},
                                              {"arguments", Value::array({"pods"})},
                                              {"before", {{"uid", "u1"}}}}})}};
  plan.hash = HashOf(plan.document);
  ASSERT_TRUE(ChangesOf(plan).ok()) << ChangesOf(plan).status().Describe();
  EXPECT_EQ(64U, plan.hash.size());
  plan.document["changes"][0]["before"]["uid"] = "u2";
  EXPECT_EQ(Code::kNotApproved, ChangesOf(plan).status().code());
}

}  // namespace
}  // namespace upkeep::remedy
