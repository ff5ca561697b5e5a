// SPDX-License-Identifier: Apache-2.0
//
// Every recorded case of every shipped playbook gives the same outcome in a process of its own.
#include <gtest/gtest.h>

#include <algorithm>

#include "runner/isolate/child.h"
#include "runner/run/case.h"
#include "runner/run/case_reader.h"
#include "runner/run/catalog.h"
#include "tests/source_folder.h"

namespace upkeep::run {
namespace {

/// A playbook that loops with pairs() records in an order that is another in each state of Lua.
void Sort(Value& list) {
  if (list.is_array()) std::sort(list.begin(), list.end());
}

Value ToValue(const checks::PlaybookOutcome& outcome, const std::vector<std::string>& mismatches) {
  Value value{{"playbook", outcome.playbook}, {"target", outcome.target}, {"definition", outcome.definition},
              {"started", FormatRfc3339(outcome.started)}, {"finished", FormatRfc3339(outcome.finished)},
              {"log", outcome.log}, {"params", outcome.params}, {"seed", outcome.seed}, {"mismatches", mismatches},
              {"attempted", outcome.coverage.attempted}, {"observed", outcome.coverage.observed}};
  for (const checks::CheckResult& result : outcome.results) {
    value["results"].push_back(checks::ToValue(result));
    value["evidence"].push_back(result.evidence);
  }
  for (const checks::Metric& metric : outcome.metrics) value["metrics"].push_back(checks::ToValue(metric));
  Sort(value["results"]);
  Sort(value["metrics"]);
  return value;
}

TEST(IsolatedTest, EveryRecordedCaseIsTheSameBothWays) {
  const auto reactor = *io::Reactor::Create();
  std::vector<Status> errors;
  const std::vector<Playbook> playbooks = Catalog({SourceFolder() + "/playbooks"}).All(errors);
  ASSERT_TRUE(errors.empty());
  std::size_t cases = 0;
  for (const Playbook& playbook : playbooks) {
    Playbook isolated = playbook;
    isolated.isolate = true;
    const Result<CaseFile> file = ReadCaseFile(CasePathOf(playbook));
    ASSERT_TRUE(file.ok()) << file.status().Describe();
    for (const Case& one : file->cases) {
      std::vector<std::string> here, apart;
      const Value expected = ToValue(ReplayCase(*reactor, playbook, one, here), here);
      const Value found = ToValue(ReplayCase(*reactor, isolated, one, apart), apart);
      EXPECT_EQ(expected, found) << playbook.head.id << ", " << one.name;
      ++cases;
    }
  }
  EXPECT_GT(cases, 40U);
}

TEST(IsolatedTest, EveryHeadIsTheSameBothWays) {
  std::vector<Status> errors;
  const std::vector<Playbook> here = Catalog({SourceFolder() + "/playbooks"}).All(errors);
  const std::vector<Playbook> apart = Catalog({SourceFolder() + "/playbooks"}, true).All(errors);
  ASSERT_TRUE(errors.empty()) << errors.front().Describe();
  ASSERT_EQ(here.size(), apart.size());
  for (std::size_t i = 0; i < here.size(); ++i) {
    EXPECT_EQ(here[i].data, apart[i].data) << here[i].head.id;
    EXPECT_TRUE(apart[i].isolate);
    EXPECT_FALSE(here[i].isolate);
  }
}

}  // namespace
}  // namespace upkeep::run

int main(int argc, char** argv) {
  if (upkeep::isolate::IsChild(argc, argv)) return upkeep::isolate::ChildMain();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
