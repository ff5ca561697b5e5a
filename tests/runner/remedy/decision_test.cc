// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/decision.h"

#include <pwd.h>
#include <sched.h>
#include <sys/wait.h>

#include <cstdlib>

#include "tests/runner/remedy/fixture.h"

namespace upkeep::remedy {
namespace {

class DecisionTest : public RemedyTest {
 protected:
  /// Decides as the person of this process.
  Result<store::Approval> DecideHere(store::PlanId plan, const std::string& reason = "agreed") {
    DecideRequest request;
    request.plan = plan;
    request.approve = true;
    request.reason = reason;
    return Decide(*store_, keys_, request);
  }
  Result<store::Approval> DecideWithKey(store::PlanId plan, const std::string& name) {
    DecideRequest request;
    request.plan = plan;
    request.approve = true;
    request.reason = "agreed";
    request.key_file = folder_ + "/" + name + ".key";
    return Decide(*store_, keys_, request);
  }
  void Register(const std::string& name) {
    const std::string command = "umask 077; cd '" + folder_ + "' && mkdir -p keys && openssl genpkey "
        "-algorithm ed25519 -out " + name + ".key 2>/dev/null && openssl pkey -in " + name +
        ".key -pubout -out keys/" + name + ".pub";
    ASSERT_EQ(0, std::system(command.c_str()));
    auto keys = ReadKeys(folder_ + "/keys", Trust::kAnyOwner);
    ASSERT_TRUE(keys.ok()) << keys.status().Describe();
    keys_ = *keys;
  }
  KeyRing keys_;
};

TEST_F(DecisionTest, NobodyDecidesOnTheirOwnPlan) {
  const auto me = PersonOfProcess();
  ASSERT_TRUE(me.ok()) << me.status().Describe();
  requester_ = *me;
  requester_.name = "another name of the same uid";
  const Proposed proposed = ProposeOne();
  ASSERT_NE(0, proposed.plan) << proposed.status.Describe();
  EXPECT_EQ(Code::kDenied, DecideHere(proposed.plan).status().code());
  EXPECT_EQ(store::PlanState::kPending, store_->FindPlan(proposed.plan)->state);
}

TEST_F(DecisionTest, SomebodyElseDecidesWithAReason) {
  const Proposed proposed = ProposeOne();
  ASSERT_NE(0, proposed.plan) << proposed.status.Describe();
  EXPECT_EQ(Code::kUsage, DecideHere(proposed.plan, " ").status().code());
  ASSERT_TRUE(DecideHere(proposed.plan).ok());
  EXPECT_EQ(store::PlanState::kApproved, store_->FindPlan(proposed.plan)->state);
  EXPECT_EQ(Code::kUsage, DecideHere(proposed.plan).status().code());
}

TEST_F(DecisionTest, WhoMadeAPlanOrApprovedItTakesItBackUntilItIsApplied) {
  const auto withdraw = [this](store::PlanId plan, const std::string& reason = "the session is needed") {
    return Withdraw(*store_, keys_, {plan, reason, ""}).code();
  };
  const store::PlanId stranger = ProposeOne().plan;   // Who runs the tests had no part in it.
  EXPECT_EQ(Code::kDenied, withdraw(stranger));
  ASSERT_TRUE(DecideHere(stranger).ok());
  EXPECT_EQ(Code::kUsage, withdraw(stranger, " "));
  EXPECT_EQ(Code::kOk, withdraw(stranger));           // Who approved it.
  EXPECT_EQ(store::PlanState::kCancelled, store_->FindPlan(stranger)->state);
  EXPECT_EQ(Code::kNotApproved, withdraw(stranger));
  EXPECT_EQ(Code::kNotApproved, DecideHere(stranger).status().code());

  requester_ = *PersonOfProcess();
  const store::PlanId own = ProposeOne().plan;
  EXPECT_EQ(Code::kOk, withdraw(own));
  EXPECT_NE(std::string::npos, store_->FindPlan(own)->outcome.en.find("the session is needed"));
}

TEST_F(DecisionTest, ARegisteredKeySaysWhoWhereTheUidCannot) {
  Register("mina-of-no-account");
  requester_ = *PersonOfProcess();   // Everybody in the pod has this uid.
  const Proposed proposed = ProposeOne();
  ASSERT_NE(0, proposed.plan) << proposed.status.Describe();
  EXPECT_EQ(Code::kDenied, DecideHere(proposed.plan).status().code());
  const auto decided = DecideWithKey(proposed.plan, "mina-of-no-account");
  ASSERT_TRUE(decided.ok()) << decided.status().Describe();
  EXPECT_EQ("key", decided->actor.source);
  const auto plan = store_->FindPlan(proposed.plan);
  const auto approvals = store_->Approvals(proposed.plan);
  ASSERT_EQ(1U, approvals->size());
  EXPECT_FALSE((*approvals)[0].signature.empty());
  EXPECT_TRUE(CheckApprovals(*plan, *approvals, keys_, 1).ok());
  // A key that was taken away takes its approval with it.
  EXPECT_EQ(Code::kNotApproved, CheckApprovals(*plan, *approvals, KeyRing(), 1).code());
  auto forged = *approvals;
  forged[0].reason = "something else";
  EXPECT_EQ(Code::kNotApproved, CheckApprovals(*plan, forged, keys_, 1).code());
}

TEST_F(DecisionTest, AKeyOfOnesOwnAccountIsOneself) {
  requester_ = *PersonOfProcess();
  Register(requester_.name);
  const Proposed proposed = ProposeOne();
  ASSERT_NE(0, proposed.plan) << proposed.status.Describe();
  EXPECT_EQ(Code::kDenied, DecideWithKey(proposed.plan, requester_.name).status().code());
}

TEST_F(DecisionTest, AnUnregisteredKeyIsNobody) {
  Register("mina-of-no-account");
  const Proposed proposed = ProposeOne();
  keys_ = KeyRing();
  EXPECT_EQ(Code::kDenied, DecideWithKey(proposed.plan, "mina-of-no-account").status().code());
}

TEST_F(DecisionTest, CountsPeopleAndNotDecisions) {
  store::Plan plan;
  plan.id = 1;
  plan.hash = "h";
  plan.requester = requester_;
  const auto by = [](const std::string& identity) {
    store::Approval approval;
    approval.plan = 1;
    approval.hash = "h";
    approval.approve = true;
    approval.reason = "r";
    approval.actor = {identity, "os", identity};
    return approval;
  };
  EXPECT_EQ(Code::kPending, CheckApprovals(plan, {}, {}, 1).code());
  EXPECT_EQ(Code::kPending, CheckApprovals(plan, {by("uid:7"), by("uid:7")}, {}, 2).code());
  EXPECT_TRUE(CheckApprovals(plan, {by("uid:7"), by("uid:8")}, {}, 2).ok());
  EXPECT_EQ(Code::kPending, CheckApprovals(plan, {by("uid:4001")}, {}, 1).code());
  auto other_hash = by("uid:7");
  other_hash.hash = "g";
  EXPECT_EQ(Code::kPending, CheckApprovals(plan, {other_hash}, {}, 1).code());
  auto denial = by("uid:9");
  denial.approve = false;
  EXPECT_EQ(Code::kNotApproved, CheckApprovals(plan, {by("uid:7"), denial}, {}, 1).code());
}

TEST_F(DecisionTest, AnApprovedPlanTakesFurtherApprovalsWhereTodayWantsMore) {
  const Proposed proposed = ProposeOne();
  ASSERT_NE(0, proposed.plan) << proposed.status.Describe();
  ASSERT_TRUE(ApproveAs({"mina", "os", "uid:4002"}, proposed.plan).ok());
  bench_->policy.approvals_medium = 2;
  EXPECT_EQ(Code::kPending, ApplyPlan(proposed.plan).status().code());
  EXPECT_EQ(Code::kUsage, DecideHere(proposed.plan).status().code());   // Under the policy of then.
  DecideRequest request;
  request.plan = proposed.plan;
  request.reason = "too late for a no";
  request.policy = bench_->policy;
  EXPECT_EQ(Code::kUsage, Decide(*store_, keys_, request).status().code());
  request.approve = true;
  const auto further = Decide(*store_, keys_, request);
  ASSERT_TRUE(further.ok()) << further.status().Describe();
  EXPECT_EQ(store::PlanState::kApproved, store_->FindPlan(proposed.plan)->state);
  EXPECT_EQ(Code::kUsage, Decide(*store_, keys_, request).status().code());
  const auto applied = ApplyPlan(proposed.plan);
  EXPECT_TRUE(applied.ok()) << applied.status().Describe();
}

TEST_F(DecisionTest, ARowThatSomebodyChangedDecidesAboutNobody) {
  requester_ = *PersonOfProcess();
  const Proposed proposed = ProposeOne();
  ASSERT_NE(0, proposed.plan) << proposed.status.Describe();
  const auto sql = [this](const std::string& statement) {
    const std::string command = "sqlite3 '" + store_->path() + "' \"" + statement + "\"";
    ASSERT_EQ(0, std::system(command.c_str()));
  };
  sql("update plans set requester_identity = 'uid:4242'");
  EXPECT_EQ(Code::kNotApproved, DecideHere(proposed.plan).status().code());
  sql("update plans set requester_identity = '" + requester_.identity + "', subject = 'Session/42'");
  EXPECT_EQ(Code::kNotApproved, DecideHere(proposed.plan).status().code());
  sql("update plans set subject = 'Session/41'");
  ASSERT_TRUE(ApproveAs({"mina", "os", "uid:4002"}, proposed.plan).ok());
  sql("update plans set expires = expires + 1");
  EXPECT_EQ(Code::kNotApproved, ApplyPlan(proposed.plan).status().code());
  EXPECT_EQ(0, world_.ended);
  sql("update plans set expires = expires - 1");
  const auto applied = ApplyPlan(proposed.plan);
  EXPECT_TRUE(applied.ok()) << applied.status().Describe();
}

TEST_F(DecisionTest, SudoIsSeenThrough) {
  if (getuid() != 0) GTEST_FAIL() << "this test becomes other users, and so needs root";
  std::ifstream login_file("/proc/self/loginuid");
  std::string login;
  login_file >> login;
  if (!login.empty() && login != "4294967295") {
    // The kernel keeps who logged in, whatever a variable says.
    ASSERT_EQ(0, setenv("SUDO_UID", "4001", 1));
    EXPECT_EQ("uid:" + login, run::OperatingSystemActor().identity);
  } else {
    ASSERT_EQ(0, setenv("SUDO_UID", "4001", 1));
    EXPECT_EQ("uid:4001", run::OperatingSystemActor().identity);
    ASSERT_EQ(0, setenv("SUDO_UID", "rubbish", 1));
    EXPECT_EQ("uid:0", run::OperatingSystemActor().identity);
    // Anybody may set the variable: for another uid than root's it never says who somebody is.
    const pid_t child = fork();
    if (child == 0) {
      if (setuid(4003) != 0) _exit(9);
      setenv("SUDO_UID", "4001", 1);
      if (run::OperatingSystemActor().identity != "uid:4003") _exit(1);
      _exit(PersonOfProcess().status().code() == Code::kDenied ? 0 : 2);
    }
    int status = 0;
    ASSERT_EQ(child, waitpid(child, &status, 0));
    EXPECT_EQ(0, WEXITSTATUS(status));
  }
  unsetenv("SUDO_UID");
}

TEST_F(DecisionTest, AUidThatNobodyLogsInWithIsNobodyInParticular) {
  if (getuid() != 0) GTEST_FAIL() << "this test becomes other users, and so needs root";
  std::ifstream login_file("/proc/self/loginuid");
  std::string login;
  login_file >> login;
  if (!login.empty() && login != "4294967295") GTEST_SKIP() << "the kernel keeps who logged in";
  // One without an account, and one whose account is a service's, as in upkeep's image.
  for (const uid_t uid : {uid_t{10'001}, getpwnam("nobody")->pw_uid}) {
    const pid_t child = fork();
    if (child == 0) {
      if (setuid(uid) != 0) _exit(9);
      const auto person = PersonOfProcess();
      _exit(person.status().code() == Code::kDenied && person.status().hint().find("--key") != std::string::npos ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(child, waitpid(child, &status, 0));
    EXPECT_EQ(0, WEXITSTATUS(status)) << uid;
  }
}

TEST_F(DecisionTest, AUserNamespaceProvesNobody) {
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWUSER) != 0) _exit(3);
    _exit(PersonOfProcess().status().code() == Code::kDenied ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(child, waitpid(child, &status, 0));
  // 3: this machine allows no user namespaces, so nobody can hide in one.
  EXPECT_TRUE(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 3) << WEXITSTATUS(status);
}

}  // namespace
}  // namespace upkeep::remedy
