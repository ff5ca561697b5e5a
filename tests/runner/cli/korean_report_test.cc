// SPDX-License-Identifier: Apache-2.0
//
// What upkeep writes into a store is Korean in a Korean report: every shipped case replayed, every
// shipped playbook against servers that refuse, garble or are silent, playbooks that fail in every
// way, remedies with every end, and slots with every reason. Only what somebody else said may stand
// in English, and only in quotation marks.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "reports/render.h"
#include "reports/slot_reasons.h"
#include "runner/notify/sender.h"
#include "runner/run/case.h"
#include "runner/run/case_reader.h"
#include "runner/run/modules.h"
#include "tests/base/io/local_server.h"
#include "tests/runner/remedy/fixture.h"
#include "tests/source_folder.h"
#include "tests/runner/cli/english.h"

namespace upkeep::cli {
namespace {

using checks::PlaybookOutcome;
using std::chrono::hours;
using std::chrono::milliseconds;
using store::SlotState;

/// Leaves out each part of `text` from `open` to `close`.
std::string Without(std::string text, std::string_view open, std::string_view close) {
  for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
    const std::size_t end = text.find(close, at);
    if (end == std::string::npos) return text.substr(0, at);
    text.replace(at, end + close.size() - at, "\n");
  }
  return text;
}

/// What a reader sees: no style, no commands, no recorded data; each element on a line of its own.
std::string Seen(std::string text) {
  text = Without(Without(Without(std::move(text), "<style>", "</style>"), "<code>", "</code>"), "<pre>", "</pre>");
  return Without(std::move(text), "<", ">");
}

void AddStrings(const Value& value, std::vector<std::string>& strings) {
  if (value.is_string()) strings.push_back(value.get<std::string>());
  if (!value.is_structured()) return;
  for (const Value& part : value) AddStrings(part, strings);
}

class KoreanReportTest : public remedy::RemedyTest {
 protected:
  /// Keeps outcomes that no session made, as a run of their own.
  store::RunId Keep(std::vector<PlaybookOutcome> outcomes) {
    store::RunStart start;
    start.trigger = "manual";
    start.actor = requester_;
    start.version = "0.1.0";
    start.holder = "host/1";
    start.started = clock_.Now();
    for (const PlaybookOutcome& outcome : outcomes) {
      start.playbooks.push_back(outcome.playbook);
      const auto same = [&](const store::RunTarget& target) { return target.name == outcome.target; };
      if (std::none_of(start.targets.begin(), start.targets.end(), same)) {
        start.targets.push_back({outcome.target, "kubernetes", false});
      }
    }
    const auto run = store_->StartRun(start);
    EXPECT_TRUE(run.ok()) << run.status().Describe();
    store::RunFinish finish;
    finish.finished = clock_.Now();
    finish.outcomes = std::move(outcomes);
    const auto summary = store_->FinishRun(*run, finish);
    EXPECT_TRUE(summary.ok()) << summary.status().Describe();
    return *run;
  }

  store::RunId RunAll(std::vector<run::Pair> pairs, const run::ModuleMaker& maker, run::ExecutorOptions options = {}) {
    run::SessionRequest request;
    request.pairs = std::move(pairs);
    request.actor = requester_;
    request.holder = run::ProcessHolder();
    run::Executor executor(*reactor_, clock_, redactor_, maker, options);
    auto outcome = reactor_->RunUntilDone(run::RunSession(*store_, executor, clock_, std::move(request), {}, {}));
    EXPECT_TRUE(outcome.ok()) << outcome.status().Describe();
    return outcome.ok() ? outcome->summary.run : 0;
  }

  reports::ReportModel Filled(store::RunId run) {
    store::ReportQuery query;
    query.kind = reports::ReportKind::kRun;
    query.run = run;
    auto model = store_->FillReport(query);
    EXPECT_TRUE(model.ok()) << model.status().Describe();
    return model.ok() ? *model : reports::ReportModel();
  }

  /// Each line is Korean, and each quotation in it was said by somebody else.
  void ExpectKorean(const std::string& text, const std::string& what) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      std::string line = text.substr(at, end - at);
      at = end + 1;
      for (const std::string& said : unquoted_) {
        if (const std::size_t found = line.find(said); found != std::string::npos) line.erase(found, said.size());
      }
      EXPECT_FALSE(HasEnglish(line)) << what << ": " << line;
      ExpectSaid(line, what);
    }
  }

  void ExpectReportsInKorean(const reports::ReportModel& model) {
    reports::RenderOptions options;
    options.language = "ko";
    options.columns = 10'000;   // A sentence that is broken into lines is no sentence to the detector.
    for (const char* const format : {"html", "md", "table", "wide"}) {
      const auto text = reports::Render(format, model, options);
      ASSERT_TRUE(text.ok()) << text.status().Describe();
      std::string seen = Seen(*text);
      // HTML and Markdown write these marks in their own way.
      for (const auto& [mark, character] : {std::pair{"&quot;", "\""}, {"&#39;", "'"}, {"&lt;", "<"}, {"&gt;", ">"},
                                            {"&amp;", "&"}, {"\\", ""}}) {
        for (std::size_t at = seen.find(mark); at != std::string::npos; at = seen.find(mark, at + 1)) {
          seen.replace(at, std::string_view(mark).size(), character);
        }
      }
      ExpectKorean(seen, format);
    }
  }

  std::vector<std::string> said_;   ///< What others said: servers, and authors of playbooks.
  std::vector<std::string> unquoted_;   ///< What stands for itself: a reason in its column, a change's data.

 private:
  void ExpectSaid(const std::string& line, const std::string& what) {
    constexpr std::string_view kOpen = "“", kClose = "”";
    for (std::size_t at = line.find(kOpen); at != std::string::npos; at = line.find(kOpen, at)) {
      at += kOpen.size();
      const std::string quoted = line.substr(at, line.find(kClose, at) - at);
      if (!HasEnglish(quoted)) continue;
      EXPECT_TRUE(std::any_of(said_.begin(), said_.end(), [&](const std::string& said) {
        return said.find(quoted) != std::string::npos;
      })) << what << " quotes what nobody said: " << line;
    }
  }
};

TEST_F(KoreanReportTest, OfEveryRecordedCase) {
  const run::Catalog shipped({SourceFolder() + "/playbooks"});
  std::vector<Status> errors;
  std::size_t replayed = 0;
  for (const run::Playbook& playbook : shipped.All(errors)) {
    const auto file = run::ReadCaseFile(run::CasePathOf(playbook));
    if (!file.ok()) continue;   // upkeep test complains about it.
    for (const run::Case& one : file->cases) {
      said_ = {"raised on purpose"};
      for (const run::RecordedCall& call : one.calls) AddStrings(call.ToValue(), said_);
      std::vector<std::string> mismatches;
      PlaybookOutcome outcome = run::ReplayCase(*reactor_, playbook, one, mismatches);
      outcome.playbook = playbook.head.id;
      outcome.target = "prod";
      outcome.definition = playbook.head.definition;
      outcome.params = one.params;
      outcome.started = outcome.finished = clock_.Now();
      ++replayed;
      SCOPED_TRACE(playbook.head.id + ": " + one.name);
      ExpectReportsInKorean(Filled(Keep({std::move(outcome)})));
    }
  }
  EXPECT_TRUE(errors.empty());
  EXPECT_GT(replayed, 30U);
}

/// Every shipped playbook, through the real clients, against an address that behaves like this.
class BadServers : public KoreanReportTest, public testing::WithParamInterface<const char*> {};

TEST_P(BadServers, AreToldOfInKorean) {
  const std::string manner = GetParam();
  said_ = {"I do not understand this", "teapots are short and stout", "raised on purpose",
           "Protocol error, got \"I\" as reply type byte",
           // libpq's, unless the connection was reset before it had read the answer.
           "expected authentication request from server, but received I"};
  testing_io::LocalServer server([&manner](testing_io::Peer& peer) {
    if (manner == "silent") (void)peer.Pause(std::chrono::minutes(1));
    if (manner == "garbled") peer.Send("I do not understand this\r\n");
    testing_io::HttpRequest request;
    if (manner == "refuses" && peer.ReadRequest(request)) peer.Answer(418, "teapots are short and stout");
    if (manner == "empty" && peer.ReadRequest(request)) peer.Answer(200, "");
  });
  // Nobody listens on port 9.
  const std::string port = manner == "dead" ? "9" : std::to_string(server.port());
  const auto write = [this](const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  };
  write("password", "hunter2hunter2");
  write("kubeconfig",
        "apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters:\n  - name: a\n    cluster: {server: \"http://127.0.0.1:" + port +
            "\"}\nusers:\n  - name: a\n    user: {token: abcdefgh}\ncontexts:\n  - name: a\n    context: {cluster: a, user: a}\n");
  const std::string password = "    user: upkeep\n    password: {file: password}\n", closed = "    tls: {mode: disable}\n";
  const std::string host = "    host: 127.0.0.1\n    port: " + port + "\n";
  write("inventory.yaml",
        "apiVersion: upkeep/v1\ntargets:\n"
        "  - name: cluster\n    kind: kubernetes\n    kubeconfig: kubeconfig\n"
        "  - name: broken-cluster\n    kind: kubernetes\n    kubeconfig: password\n"
        "  - name: no-cluster\n    kind: kubernetes\n    kubeconfig: nowhere\n"
        "  - name: orders\n    kind: postgres\n    database: orders\n" + host + password + closed +
            "  - name: orders-tls\n    kind: postgres\n    database: orders\n" + host + password +
            "  - name: lost-secret\n    kind: postgres\n    database: orders\n" + host +
            "    user: upkeep\n    password: {file: nowhere}\n" + closed +
            "  - name: unset-secret\n    kind: redis\n" + host + "    password: {environment: UPKEEP_NOWHERE}\n" + closed +
            "  - name: failing-secret\n    kind: redis\n" + host + "    password: {exec: [\"/bin/false\"]}\n" + closed +
            "  - name: sessions\n    kind: redis\n" + host + "    password: {file: password}\n" + closed +
            "  - name: sessions-tls\n    kind: redis\n" + host + "    password: {file: password}\n"
            "  - name: shop\n    kind: http\n    url: http://127.0.0.1:" + port + "/\n    timeLimit: 300ms\n"
            "  - name: shop-tls\n    kind: http\n    url: https://127.0.0.1:" + port + "/\n    timeLimit: 300ms\n"
            "  - name: web\n    kind: tls\n" + host + "    timeLimit: 300ms\n");
  const auto inventory = checks::ReadInventory(folder_ + "/inventory.yaml");
  ASSERT_TRUE(inventory.ok()) << inventory.status().Describe();
  const run::ModuleFactory factory(*reactor_, clock_, redactor_, *inventory);
  std::vector<Status> errors;
  const std::vector<run::Playbook> playbooks = run::Catalog({SourceFolder() + "/playbooks"}).All(errors);
  run::ExecutorOptions options;
  options.playbook_deadline = milliseconds(500);
  const reports::ReportModel model = Filled(RunAll(run::MatchPairs(playbooks, *inventory, {}), factory.maker(), options));
  EXPECT_GT(model.attention.size(), 20U);
  ExpectReportsInKorean(model);
}

INSTANTIATE_TEST_SUITE_P(Every, BadServers, testing::Values("dead", "silent", "garbled", "refuses", "empty"),
                         [](const auto& manner) { return std::string(manner.param); });

TEST_F(KoreanReportTest, OfPlaybooksThatFail) {
  said_ = {"the moon is not full"};
  const std::string first = "return upkeep.playbook {\n  format = 1, id = 'test.";
  const std::pair<const char*, const char*> bodies[] = {
      {"raises", "error('the moon is not full')"},
      {"raises_a_table", "error({})"},
      {"raises_a_number", "error(42)"},
      {"indexes_nothing", "local x = nil; return x.y"},
      {"calls_nothing", "local x = {}; x.y()"},
      {"adds_words", "return 'a' + {}"},
      {"compares", "return 1 < 'a'"},
      {"says_nothing", "return"},
      {"loops", "while true do end"},
      {"takes_memory", "local t = {}; while true do t[#t + 1] = ('x'):rep(1000000) end"},
      {"calls_undeclared", "postgres.terminate_backend('1', '2')"},
      {"names_no_message", "run:ok { message = 'nothing' }"},
      {"forgets_a_value", "run:ok { message = 'with_value' }"},
      {"gives_a_table", "run:ok { message = 'with_value', values = { value = {} } }"},
      {"gives_prose", "run:ok { message = 'with_value', values = { value = 'the moon is not full' } }"},
      {"has_no_state", "run:result { state = 'odd', message = 'fine' }"},
      {"has_no_subject", "run:result { state = 'warning', reason = 'x', message = 'fine', subject = 7 }"},
      {"leaves_the_sandbox", "os.execute('true')"},
      {"requires", "require('os')"},
      {"twice", "run:result { state = 'warning', reason = 'x', message = 'fine', subject = { kind = 'A', name = 'a' } }\n"
                "run:result { state = 'warning', reason = 'x', message = 'fine', subject = { kind = 'A', name = 'a' } }"},
  };
  std::vector<run::Playbook> playbooks;
  for (const auto& [name, body] : bodies) {
    const std::string path = folder_ + "/pack/test/" + name + ".lua";
    std::ofstream(path) << "local upkeep = require 'upkeep'\nlocal postgres = require 'upkeep.postgres'\n" + first + name +
                               "', title = { en = 'The title of it', ko = '제목' }, cadence = 'daily', covers = { 'S4-D-10' },\n"
                               "  owner = 'team', runbook = 'docs/x.md', fix = { en = 'Do something now', ko = '조치하세요' },\n"
                               "  target = 'postgres', needs = { 'postgres:query' },\n  messages = {\n"
                               "    fine = { en = 'it is fine', ko = '정상' },\n"
                               "    with_value = { en = 'it is {value}', ko = '값: {value}' },\n  },\n"
                               "  check = function(run, params)\n" + std::string(body) + "\nend,\n}\n";
    auto playbook = run::ReadPlaybook(folder_ + "/pack", path);
    ASSERT_TRUE(playbook.ok()) << playbook.status().Describe();
    playbooks.push_back(*std::move(playbook));
  }
  const reports::ReportModel model = Filled(RunAll(run::MatchPairs(playbooks, inventory_, {}), Maker(false)));
  EXPECT_GT(model.attention.size(), 15U);
  ExpectReportsInKorean(model);
}

TEST_F(KoreanReportTest, OfEachReasonForNotKnowing) {
  const auto playbook = catalog_->Find("test.sessions");
  ASSERT_TRUE(playbook.ok()) << playbook.status().Describe();
  const Code codes[] = {Code::kError, Code::kTimeout, Code::kUnreachable, Code::kNoData, Code::kNotPermitted,
                        Code::kUndeclared, Code::kTruncated, Code::kStale, Code::kCancelled, Code::kBudget,
                        Code::kInvalid, Code::kConfig, Code::kNotFound, Code::kStore, Code::kOutput, Code::kBusy,
                        Code::kDenied, Code::kPending, Code::kNotApproved, Code::kEvidence, Code::kUsage,
                        Code::kInternal};
  std::vector<PlaybookOutcome> outcomes;
  for (const Code code : codes) {
    PlaybookOutcome outcome;
    outcome.playbook = playbook->head.id;
    outcome.definition = playbook->head.definition;
    outcome.target = "db-" + std::to_string(outcomes.size());
    outcome.started = outcome.finished = clock_.Now();
    outcome.coverage = {1, 0};
    outcome.params = Value::object();
    outcome.results = {checks::UnknownResult({"Database", "", outcome.target, ""},
                                             Status(code, "10.0.0.1:6443: the deadline passed before the answer began")
                                                 .WithHint("install the package tzdata"))};
    outcomes.push_back(std::move(outcome));
  }
  const reports::ReportModel model = Filled(Keep(std::move(outcomes)));
  EXPECT_EQ(std::size(codes), model.attention.size());
  ExpectReportsInKorean(model);
  reports::RenderOptions options;
  options.language = "ko";
  for (const char* const format : {"html", "md", "table"}) {
    EXPECT_NE(std::string::npos, reports::Render(format, model, options)->find("tzdata 패키지를 설치하세요")) << format;
  }
}

TEST_F(KoreanReportTest, OfEveryEndOfARemedy) {
  using remedy::World;
  said_ = {"no answer", "cut off", "no membership in pg_signal_backend"};
  unquoted_ = {"agreed with the shop's team", "begun: today"};
  int session = 40;   // Another each time: what did not help one is not tried on it again.
  const auto applied = [this, &session](const std::function<void()>& meanwhile) {
    world_.sessions = {std::to_string(++session)};
    world_.begun = "today";
    world_.readable = world_.writer_may = true;
    world_.end = World::End::kWorks;
    const store::PlanId plan = Approved();
    meanwhile();
    const auto end = ApplyPlan(plan);
    world_.readable = true;
    if (!end.ok()) ExpectKorean(Seen(Describe(end.status(), "ko")), "apply");
    const auto stored = store_->FindPlan(plan);
    EXPECT_TRUE(stored.ok());
    ExpectKorean(stored->outcome.ko, "outcome");
    EXPECT_FALSE(stored->outcome.ko.empty() && stored->state != store::PlanState::kApproved);
    const std::string shown = remedy::ShowPlan(*stored, {}, "ko");
    ExpectKorean(shown, "plan");
    store_->MovePlan(plan, store::PlanState::kCancelled, {"over", "끝"}, requester_).ok();
    return stored->state;
  };
  using store::PlanState;
  EXPECT_EQ(PlanState::kVerified, applied([] {}));
  EXPECT_EQ(PlanState::kFailed, applied([this] { world_.end = World::End::kRefused; }));
  EXPECT_EQ(PlanState::kUnverified, applied([this] { world_.end = World::End::kLost; }));
  EXPECT_EQ(PlanState::kVerified, applied([this] { world_.end = World::End::kLostButDone; }));
  EXPECT_EQ(PlanState::kCancelled, applied([this] { world_.begun = "tomorrow"; }));
  EXPECT_EQ(PlanState::kCancelled, applied([this] { world_.sessions.clear(); }));
  EXPECT_EQ(PlanState::kApproved, applied([this] { world_.writer_may = false; }));
  EXPECT_EQ(PlanState::kApproved, applied([this] { world_.readable = false; }));
  Check();
  const auto runs = store_->Runs({});
  ASSERT_TRUE(runs.ok());
  for (const store::RunRecord& run : *runs) ExpectReportsInKorean(Filled(run.id));
}

TEST_F(KoreanReportTest, OfEveryReasonOfASlotAndADeliveryThatFailed) {
  const char* const reasons[] = {
      "not started within 5m, and catch-up is none", "older than the catch-up age of 1d",
      "a later slot runs in its place (catch-up is last)", "more were missed than the catch-up limit of 3",
      "an earlier one still runs", "cancelled while it ran", "the process that ran it is gone",
      "its end could not be stored", "nothing was heard of its process on node-1 for 1h11m",
      "no playbook of the schedule fits this target", "no target of the inventory fits the schedule",
      "its schedule was taken out of the files", "schedule changed",
      "its schedule is in quarantine: 'cron' must be a word, and this is a list",
      "the schedule file shop.yaml is in quarantine: a schedule needs the key 'cron'",
      "nothing of the schedule can run: the playbook a.b is missing or invalid",
      "nothing of the schedule can run: there is no playbook of the cadence:monthly"};
  const Instant day = clock_.Now() - hours(48);
  store::SlotPlan plan;
  plan.schedule = "daily";
  plan.definition = "definition-1";
  plan.from = day;
  plan.until = day + hours(24);
  for (std::size_t i = 0; i < std::size(reasons); ++i) {
    plan.slots.push_back({"daily", "db", day + std::chrono::minutes(i)});
  }
  ASSERT_TRUE(store_->RecordPlanned(plan).ok());
  for (std::size_t i = 0; i < std::size(reasons); ++i) {
    const auto slot = store_->FindSlot(plan.slots[i]);
    ASSERT_TRUE(slot.ok()) << slot.status().Describe();
    ASSERT_TRUE(store_->MoveSlots({slot->id}, SlotState::kMissed, reasons[i], requester_).ok());
    EXPECT_NE(reasons[i], reports::SaySlotReason(reasons[i], "ko"));
  }

  notify::Channel channel;
  channel.name = "hook";
  channel.url = "http://127.0.0.1:9/hook";
  channel.retry = {1, milliseconds(1), milliseconds(1)};
  notify::Message message;
  message.subject = "report daily";
  message.body = "{}";
  message.content_type = "application/json";
  message.idempotency_key = "0123456789abcdef";
  checks::Secrets secrets(*reactor_, redactor_, nullptr);
  notify::Sender sender(*reactor_, *store_, secrets, clock_, "");
  const notify::SendOutcome sent = reactor_->RunUntilDone(sender.Send(channel, message, {}));
  EXPECT_FALSE(sent.status.ok());
  ExpectKorean(InKorean(sent.detail), "detail");
  ExpectKorean(Describe(sent.status, "ko"), "delivery");

  for (const Instant from : {day, clock_.Now() - hours(12)}) {
    store::ReportQuery query;
    query.start = from;
    query.end = from + hours(24);
    const auto model = store_->FillReport(query);
    if (from == day) {
      ASSERT_TRUE(model.ok()) << model.status().Describe();
      EXPECT_EQ(std::size(reasons), model->missed.size());
    }
    if (model.ok()) ExpectReportsInKorean(*model);
  }
}

}  // namespace
}  // namespace upkeep::cli
