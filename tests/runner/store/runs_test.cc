// SPDX-License-Identifier: Apache-2.0
// Runs, findings carried on, waivers, secrets.
#include <fstream>
#include <iterator>

#include "tests/runner/store/fixture.h"

namespace upkeep::store {
namespace {

using checks::State;

using RunsTest = StoreTest;

TEST_F(RunsTest, KeepsWhatARunLeftBehind) {
  Open();
  auto outcome = MakeOutcome({MakeResult("web", State::kCritical, "crash_loop"),
                              MakeResult("db", State::kOk)});
  outcome.results[0].data = {{"restarts", 12}};
  outcome.results[0].tags = {"type:crash"};
  outcome.results[0].evidence = "last log line";
  outcome.results[0].remedy = "delete_pod";
  outcome.metrics = {{"restarts", "shop/Pod/web", 12, "1", 3.0, 10.0, "params"},
                     {"restarts", "shop/Pod/db", 0, "1", 3.0, 10.0, "params"}};
  outcome.log = {"first", "second"};
  outcome.seed = 0xFFFFFFFFFFFFFFFFULL;
  const RunId run = Start();
  const RunSummary summary = Finish(run, {outcome});
  EXPECT_EQ(2, summary.exit_code);
  EXPECT_EQ(1, summary.totals.critical);
  EXPECT_EQ(1, summary.totals.ok);
  EXPECT_EQ(1, summary.new_findings);

  auto results = store_->Results(run);
  ASSERT_TRUE(results.ok()) << results.status().Describe();
  ASSERT_EQ(2U, results->size());
  const StoredResult& web = (*results)[0];
  EXPECT_EQ("shop/Pod/web", web.result.subject.Key());
  EXPECT_EQ("uid-web", web.result.subject.uid);
  EXPECT_EQ(State::kCritical, web.result.state);
  EXPECT_EQ("crash_loop", web.result.reason);
  EXPECT_EQ("web 상태", web.result.summary.ko);
  EXPECT_EQ(Value({{"restarts", 12}}), web.result.data);
  EXPECT_EQ(std::vector<std::string>{"type:crash"}, web.result.tags);
  EXPECT_EQ("new", web.change);
  EXPECT_EQ(Sha256Hex("last log line"), web.evidence_hash);
  EXPECT_EQ("last log line", *store_->Evidence(web.evidence_hash));

  auto metrics = store_->Metrics(run, "kubernetes.pods", "prod");
  ASSERT_EQ(2U, metrics->size());
  EXPECT_EQ(12, (*metrics)[1].value);
  EXPECT_EQ(10.0, (*metrics)[1].critical);
  auto outcomes = store_->Outcomes(run);
  EXPECT_EQ((std::vector<std::string>{"first", "second"}), (*outcomes)[0].log);
  EXPECT_EQ(0xFFFFFFFFFFFFFFFFULL, (*outcomes)[0].seed);
  EXPECT_EQ(RunState::kFinished, store_->Run(run)->state);
  EXPECT_TRUE(store_->VerifyRun(run).ok());
  ExpectWhole();
}

TEST_F(RunsTest, AFindingIsNewThenRecurringThenResolvedThenRegressed) {
  Open();
  EXPECT_EQ(1, Look({MakeResult("web", State::kWarning)}).new_findings);
  EXPECT_EQ(1, Look({MakeResult("web", State::kCritical)}).recurring_findings);
  auto open = store_->Findings({});
  EXPECT_EQ(2, (*open)[0].seen);
  EXPECT_EQ(1, Look({MakeResult("web", State::kOk)}).resolved_findings);
  EXPECT_FALSE((*store_->Findings({}))[0].open);
  const RunSummary again = Look({MakeResult("web", State::kWarning)});
  EXPECT_EQ(1, again.regressed_findings);
  EXPECT_EQ(0, again.new_findings);
  EXPECT_EQ("regressed", (*store_->Results(again.run))[0].change);
  EXPECT_EQ(1, (*store_->Findings({}))[0].regressions);
  EXPECT_EQ((*open)[0].first_seen, (*store_->Findings({}))[0].first_seen);
}

TEST_F(RunsTest, ARunThatIsWrittenDownAfterOneThatBeganLaterTakesNothingBack) {
  Open();
  Look({MakeResult("web", State::kWarning), MakeResult("db", State::kOk)});
  const RunId slow = Start();
  Look({MakeResult("web", State::kOk), MakeResult("db", State::kCritical)});
  const RunSummary late = Finish(slow, {MakeOutcome({MakeResult("web", State::kCritical), MakeResult("db", State::kOk),
                                                     MakeResult("cache", State::kWarning)})});
  EXPECT_EQ(1, late.recurring_findings);
  EXPECT_EQ(1, late.new_findings);        // Nobody else saw it; the next look resolves it or not.
  EXPECT_EQ(0, late.regressed_findings);
  EXPECT_EQ(0, late.resolved_findings);
  std::map<std::string, bool> open;
  for (const Finding& finding : *store_->Findings({})) open[finding.subject] = finding.open;
  EXPECT_EQ(open, (std::map<std::string, bool>{{"shop/Pod/web", false}, {"shop/Pod/db", true}, {"shop/Pod/cache", true}}));
  EXPECT_EQ(1, Look({MakeResult("web", State::kOk), MakeResult("db", State::kCritical)}).resolved_findings);
  ExpectWhole();
}

TEST_F(RunsTest, CouldNotLookResolvesNothing) {
  Open();
  Look({MakeResult("web", State::kCritical)});
  EXPECT_EQ(0, Look({MakeResult("web", State::kUnknown, "timeout")}).resolved_findings);
  EXPECT_EQ(0, Look({MakeResult("web", State::kSkipped, "paused")}).resolved_findings);
  // Absent, but something else could not be looked at.
  EXPECT_EQ(0, Look({MakeResult("db", State::kOk), MakeResult("x", State::kUnknown, "no_data")})
                   .resolved_findings);
  // Absent, and what may hold it was skipped.
  checks::CheckResult skipped = MakeResult("shop", State::kSkipped, "excluded");
  skipped.subject = {"Namespace", "", "shop", ""};
  EXPECT_EQ(0, Look({MakeResult("db", State::kOk), skipped}).resolved_findings);
  // Absent, and not everything was observed.
  const RunId run = Start();
  auto partial = MakeOutcome({MakeResult("db", State::kOk)});
  partial.coverage = {10, 9};
  EXPECT_EQ(0, Finish(run, {partial}).resolved_findings);
  // Absent, but a person narrowed the look.
  const RunId narrow = Start("manual");
  auto narrowed = MakeOutcome({MakeResult("db", State::kOk)});
  narrowed.params = {{"limit", 80}, {"namespace", "other"}};
  EXPECT_EQ(0, Finish(narrow, {narrowed}).resolved_findings);
  EXPECT_TRUE((*store_->Findings({}))[0].open);
  // The same check on another target says nothing about this one.
  const RunId other = Start();
  EXPECT_EQ(0, Finish(other, {MakeOutcome({MakeResult("db", State::kOk)}, "kubernetes.pods",
                                          "test")}).resolved_findings);
  // Absent from a whole look: gone.
  EXPECT_EQ(1, Look({MakeResult("db", State::kOk)}).resolved_findings);
}

TEST_F(RunsTest, WaiversCoverWhatTheyNameUntilTheyExpire) {
  Open();
  Waiver waiver;
  waiver.owner = "shop team";
  waiver.reason = "known, fixed in March";
  waiver.approver = kMina;
  waiver.subject = "shop/Pod/w*";
  waiver.expires = clock_.Now() + hours(24);
  EXPECT_TRUE(store_->AddWaiver(waiver).ok());
  const RunSummary covered = Look({MakeResult("web", State::kCritical),
                                   MakeResult("db", State::kWarning),
                                   MakeResult("worker", State::kUnknown, "timeout")});
  EXPECT_EQ(1, covered.totals.waived);
  EXPECT_EQ(0, covered.totals.critical);
  EXPECT_EQ(1, covered.totals.unknown);   // Could not look is never waived unasked.
  EXPECT_EQ(1, covered.exit_code);
  EXPECT_EQ(1, (*store_->Waivers())[0].matched);
  clock_.Advance(hours(24));
  EXPECT_EQ(1, Look({MakeResult("web", State::kCritical)}).totals.critical);
  EXPECT_TRUE(store_->Waivers(clock_.Now())->empty());
  EXPECT_EQ(Code::kInvalid, store_->AddWaiver(waiver).status().code());   // In the past now.
  waiver.expires = clock_.Now() + hours(1);
  waiver.subject = "*";
  EXPECT_EQ(Code::kInvalid, store_->AddWaiver(waiver).status().code());   // Everything.
  waiver.playbook = "kubernetes.*";
  auto id = store_->AddWaiver(waiver);
  ASSERT_TRUE(id.ok());
  EXPECT_TRUE(store_->RevokeWaiver(*id, "fixed", kMina).ok());
  EXPECT_EQ(Code::kNotFound, store_->RevokeWaiver(*id, "fixed", kMina).code());
  EXPECT_EQ(1, Look({MakeResult("web", State::kCritical)}).totals.critical);
}

TEST_F(RunsTest, AnEndedRunIsNotWrittenTwice) {
  Open();
  const RunId run = Start();
  ASSERT_TRUE(store_->InterruptRun(run, "daemon died").ok());
  RunFinish finish;
  finish.finished = clock_.Now();
  finish.outcomes = {MakeOutcome({MakeResult("web", State::kOk)})};
  EXPECT_EQ(Code::kBusy, store_->FinishRun(run, finish).status().code());
  EXPECT_EQ(0, Sql("SELECT count(*) FROM results"));
  EXPECT_EQ("daemon died", store_->Run(run)->reason);
  EXPECT_EQ(Code::kNotFound, store_->Run(99).status().code());
}

TEST_F(RunsTest, ASecretNeverEnters) {
  const std::string secret = "hunter2-geheim\"quoted";
  redactor_.Add(secret);
  Open();
  auto outcome = MakeOutcome({MakeResult(secret, State::kCritical, secret)});
  checks::CheckResult& result = outcome.results[0];
  result.subject.uid = secret;
  result.summary = {"en " + secret, "ko " + secret};
  result.data = {{secret, {{"deep", "x" + secret}}}};
  result.tags = {secret};
  result.evidence = "password=" + secret;
  result.remedy = secret;
  outcome.log = {secret};
  outcome.params = {{"dsn", secret}};
  outcome.metrics = {{secret, secret, 1, secret, 1.0, 2.0, secret}};
  const RunId run = Start();
  Finish(run, {outcome});
  Waiver waiver;
  waiver.owner = waiver.reason = waiver.ticket = waiver.playbook = secret;
  waiver.approver = {secret, secret, secret};
  waiver.expires = clock_.Now() + hours(1);
  EXPECT_TRUE(store_->AddWaiver(waiver).ok());
  Delivery delivery;
  delivery.run = run;
  delivery.subject = delivery.channel = delivery.destination = secret;
  EXPECT_TRUE(store_->AddDelivery(delivery).ok());
  EXPECT_TRUE(store_->VerifyRun(run).ok()) << store_->VerifyRun(run).message();
  ExpectWhole();
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_EQ(std::string::npos, bytes.find("geheim")) << file.path();
  }
  EXPECT_EQ(1, Sql("SELECT count(*) FROM results WHERE en = 'en [redacted]'"));
}

TEST_F(RunsTest, DiffAndHistoryAndPrevious) {
  Open();
  auto with_metric = [&](double value, std::vector<checks::CheckResult> results) {
    const RunId run = Start();
    auto outcome = MakeOutcome(std::move(results));
    outcome.metrics = {{"restarts", "shop/Pod/web", value, "1", {}, {}, ""}};
    Finish(run, {outcome});
    clock_.Advance(hours(24));
    return run;
  };
  const RunId first = with_metric(1, {MakeResult("web", State::kWarning),
                                      MakeResult("db", State::kOk), MakeResult("a", State::kOk)});
  const RunId second = with_metric(2, {MakeResult("web", State::kOk),
                                       MakeResult("db", State::kCritical),
                                       MakeResult("b", State::kUnknown)});
  auto diff = store_->Diff(first, second);
  ASSERT_TRUE(diff.ok());
  std::string text;
  for (const DiffRow& row : *diff) text += row.subject + "=" + row.change + " ";
  EXPECT_EQ("shop/Pod/a=not_seen shop/Pod/b=unknown shop/Pod/db=new shop/Pod/web=resolved ", text);
  EXPECT_EQ(Code::kNotFound, store_->Diff(first, 99).status().code());
  EXPECT_EQ(first, *store_->PreviousRun(second));
  EXPECT_EQ(0, *store_->PreviousRun(first));
  auto history = store_->MetricHistory({"kubernetes.pods", "prod", "restarts", ""});
  ASSERT_EQ(2U, history->size());
  EXPECT_EQ(2, (*history)[0].value);
  EXPECT_EQ(first, (*history)[1].run);
  RunFilter filter;
  filter.playbook = "kubernetes.pods";
  EXPECT_EQ(2U, store_->Runs(filter)->size());
  filter.target = "nowhere";
  EXPECT_TRUE(store_->Runs(filter)->empty());
}

TEST(Glob, MatchesWholeTexts) {
  EXPECT_TRUE(GlobMatches("*", ""));
  EXPECT_TRUE(GlobMatches("a*c?", "abbbcd"));
  EXPECT_FALSE(GlobMatches("a*c", "abcd"));
  EXPECT_TRUE(GlobMatches("*/Pod/*-x", "shop/Pod/web-x"));
  EXPECT_FALSE(GlobMatches("shop", "shop2"));
}

}  // namespace
}  // namespace upkeep::store
