// SPDX-License-Identifier: Apache-2.0
//
// upkeep approve | deny: of several plans none is decided on where one of them is none.
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "runner/cli/command.h"
#include "runner/remedy/plan_document.h"
#include "runner/store/store.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;

class DecideCommandTest : public testing::Test {
 protected:
  DecideCommandTest() {
    std::string pattern = (fs::temp_directory_path() / "upkeep-decide-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    store_ = *store::OpenSqliteStore(folder_ + "/s.db");
    for (const char* subject : {"shop/Pod/a", "shop/Pod/b"}) {
      store::Plan plan;
      plan.playbook = "kubernetes.pods";
      plan.target = "prod";
      plan.subject = subject;
      plan.remedy = "delete_pod";
      plan.risk = "low";
      plan.requester = {"jin", "key", "key:jin"};
      plan.document = {{"changes", Value::array({{{"call", "kubernetes.delete"}, {"arguments", subject}}})},
                       {"playbook", plan.playbook}, {"target", plan.target}, {"remedy", plan.remedy}, {"risk", plan.risk},
                       {"run", 0}, {"finding", {{"subject", {{"key", subject}}}}},
                       {"requester", {{"source", "key"}, {"identity", "key:jin"}}}};
      plan.hash = remedy::HashOf(plan.document);
      plan.expires = SystemClock().Now() + std::chrono::hours(1);
      EXPECT_TRUE(store_->AddPlan(plan).ok());
    }
  }
  ~DecideCommandTest() override {
    std::error_code error;
    fs::remove_all(folder_, error);
  }
  int Type(std::vector<std::string> words) {
    words.insert(words.begin(), "upkeep");
    words.insert(words.end(), {"--reason", "stale lock", "--store", folder_ + "/s.db", "--keys", folder_});
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    out_.str("");
    err_.str("");
    return Main(static_cast<int>(argv.size()), argv.data(), out_, err_);
  }

  std::string folder_;
  std::unique_ptr<store::Store> store_;
  std::ostringstream out_, err_;
};

TEST_F(DecideCommandTest, NothingIsDecidedWhereOneOfThemIsNoPlan) {
  for (const char* command : {"approve", "deny"}) {
    EXPECT_EQ(64, Type({command, "1", "lock'"})) << err_.str();
    EXPECT_EQ(65, Type({command, "1", "99"})) << err_.str();
    EXPECT_EQ(64, Type({command, "1", "2", "1"})) << err_.str();
    EXPECT_EQ("", out_.str());
    EXPECT_EQ(store::PlanState::kPending, store_->FindPlan(1)->state);
    EXPECT_EQ(store::PlanState::kPending, store_->FindPlan(2)->state);
  }
  EXPECT_EQ(0, Type({"approve", "1", "2"})) << err_.str();
  EXPECT_EQ(store::PlanState::kApproved, store_->FindPlan(1)->state);
  EXPECT_EQ(store::PlanState::kApproved, store_->FindPlan(2)->state);
}

}  // namespace
}  // namespace upkeep::cli
