// SPDX-License-Identifier: Apache-2.0
// The control socket: who may speak, what is bounded, and a daemon that is asked what it runs and
// told to stop it.
#include "runner/daemon/control_socket.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

#include "runner/daemon/daemon.h"
#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

using std::chrono::milliseconds;

/// A daemon's socket alone, on a thread of its own.
class ControlSocketTest : public DaemonTest {
 protected:
  ControlSocketTest() : reactor_(*io::Reactor::Create()), path_(folder_ + "/control") {}
  ~ControlSocketTest() override { End(); }

  Result<std::unique_ptr<ControlSocket>> Listen(io::Reactor& reactor) {
    return ControlSocket::Listen(reactor, path_, [](const Value& request, const store::Actor& actor) -> Result<Value> {
      if (StringAt(request, "command") == "fail") return Status(Code::kNotFound, "no such thing").WithHint("look");
      return Value{{"said", request}, {"actor", actor.name}, {"source", actor.source}};
    });
  }
  void Start() {
    reactor_ = *io::Reactor::Create();
    auto socket = Listen(*reactor_);
    ASSERT_TRUE(socket.ok()) << socket.status().Describe();
    socket_ = std::move(*socket);
    socket_->Start();
    thread_ = std::thread([this] { reactor_->Run(); });
  }
  void End() {
    if (!thread_.joinable()) return;
    reactor_->Post([this] { reactor_->Spawn(socket_->Stop()); });
    reactor_->Stop();
    thread_.join();
    socket_.reset();
  }
  int Connect() {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  }
  /// Sends `bytes` and reads to the end.
  std::string Exchange(const std::string& bytes, bool hang_up) {
    const int fd = Connect();
    [[maybe_unused]] const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (hang_up) shutdown(fd, SHUT_WR);
    std::string all;
    char buffer[4096];
    for (ssize_t got = read(fd, buffer, sizeof buffer); got > 0; got = read(fd, buffer, sizeof buffer)) {
      all.append(buffer, static_cast<std::size_t>(got));
    }
    close(fd);
    return all;
  }

  std::unique_ptr<io::Reactor> reactor_;
  std::string path_;
  std::unique_ptr<ControlSocket> socket_;
  std::thread thread_;
};

TEST_F(ControlSocketTest, AnswersALineWithALineAndKnowsWhoAsks) {
  Start();
  const auto answer = AskDaemon(path_, {{"command", "hello"}, {"actor", "somebody else"}});
  ASSERT_TRUE(answer.ok()) << answer.status().Describe();
  EXPECT_EQ((*answer)["said"]["command"], "hello");
  EXPECT_EQ((*answer)["source"], "os");
  EXPECT_EQ((*answer)["actor"], run::ActorOfProcess(getpid(), getuid()).name);
  const auto refused = AskDaemon(path_, {{"command", "fail"}});
  EXPECT_EQ(refused.status().code(), Code::kNotFound);
  EXPECT_EQ(refused.status().message(), "no such thing");
  EXPECT_EQ(refused.status().hint(), "look");
}

TEST_F(ControlSocketTest, OnlyItsOwnerMayOpenTheFile) {
  Start();
  struct stat about {};
  ASSERT_EQ(stat(path_.c_str(), &about), 0);
  EXPECT_TRUE(S_ISSOCK(about.st_mode));
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  End();
  EXPECT_NE(stat(path_.c_str(), &about), 0);   // And takes it away at its end.
}

TEST_F(ControlSocketTest, SeveralLinesInOneConnectionAreAnsweredInOrder) {
  Start();
  const std::string all = Exchange("{\"n\":1}\n{\"n\":2}\nnonsense\n[]\n", true);
  EXPECT_LT(all.find("\"n\":1"), all.find("\"n\":2"));
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 4);
  EXPECT_NE(all.find("a request is one JSON object"), std::string::npos);
}

TEST_F(ControlSocketTest, ALineWithoutEndIsHungUpOn) {
  Start();
  EXPECT_EQ(Exchange(std::string(ControlSocket::kMaxLine + 8192, 'x'), false), "");
  EXPECT_TRUE(AskDaemon(path_, {{"command", "hello"}}).ok());
}

TEST_F(ControlSocketTest, MoreConnectionsThanItTakesAreTurnedAway) {
  Start();
  std::vector<int> open;
  for (int i = 0; i < ControlSocket::kMaxConnections; ++i) open.push_back(Connect());
  char byte = 0;
  const int one_more = Connect();
  EXPECT_EQ(read(one_more, &byte, 1), 0);
  close(one_more);
  for (const int fd : open) close(fd);
  // Its connections end as it sees them go.
  const auto end = std::chrono::steady_clock::now() + seconds(10);
  while (!AskDaemon(path_, {{"command", "hello"}}).ok() && std::chrono::steady_clock::now() < end) {
  }
  EXPECT_TRUE(AskDaemon(path_, {{"command", "hello"}}).ok());
}

TEST_F(ControlSocketTest, ALivingSocketIsRefusedAndADeadOneReplaced) {
  Start();
  auto another = io::Reactor::Create();
  const auto second = Listen(**another);
  EXPECT_EQ(second.status().code(), Code::kBusy) << second.status().Describe();
  End();
  // What a killed process leaves: a file that nobody listens on.
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  close(fd);
  EXPECT_EQ(AskDaemon(path_, {{"command", "hello"}}).status().code(), Code::kNotFound);
  Start();
  EXPECT_TRUE(AskDaemon(path_, {{"command", "hello"}}).ok());
}

TEST_F(ControlSocketTest, AFileOfSomebodyElseIsLeftAlone) {
  std::ofstream(path_) << "precious";
  const auto socket = Listen(*reactor_);
  EXPECT_EQ(socket.status().code(), Code::kBusy);
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(ControlSocketTest, APathLongerThanAnAddressWorks) {
  const std::string folder = folder_ + "/" + std::string(120, 'f');
  std::filesystem::create_directories(folder);
  path_ = folder + "/upkeep.db.control";
  Start();
  EXPECT_TRUE(AskDaemon(path_, {{"command", "hello"}}).ok());
}

/// A module whose only call takes until it is cancelled.
class SlowModule final : public checks::HostModule {
 public:
  explicit SlowModule(io::Reactor& reactor) : reactor_(reactor) {}
  std::string_view name() const override { return "postgres"; }
  std::vector<std::string> Functions() const override { return {"query"}; }
  Result<checks::Need> NeedOf(std::string_view, const Value&) const override {
    return checks::ParseNeed("postgres:query");
  }
  Task<std::vector<Status>> Prepare(std::vector<checks::Need> needs, Limits) override {
    co_return std::vector<Status>(needs.size());
  }
  Task<Result<lua::Answer>> Call(std::string, Value, Limits limits) override {
    const Status slept = co_await reactor_.SleepUntil(
        std::chrono::steady_clock::now() + std::chrono::hours(1), limits);
    co_return slept;
  }

 private:
  io::Reactor& reactor_;
};

class DaemonControlTest : public DaemonTest {
 protected:
  DaemonControlTest() {
    store_.reset();
    std::filesystem::create_directories(folder_ + "/pack/slow");
    std::ofstream(folder_ + "/pack/slow/query.lua")
        << "local upkeep = require 'upkeep'\nlocal postgres = require 'upkeep.postgres'\n"
           "return upkeep.playbook {\n"
           "  format = 1, id = 'slow.query', title = { en = 't', ko = 't' },\n"
           "  cadence = 'on_demand', covers = {}, owner = 'team', runbook = 'docs/x.md',\n"
           "  fix = { en = 'f', ko = 'f' }, target = 'postgres', needs = {'postgres:query'},\n"
           "  messages = { seen = { en = 'seen', ko = '확인' } },\n"
           "  check = function(run, params)\n    run:ok { message = 'seen' }\n"
           "    postgres.query('select')\n  end,\n}\n";
    WriteSchedules(EverySecond() + "    playbooks: [slow.query]\n    overlap: forbid\n");
    thread_ = std::thread([this] { Be(); });
  }
  ~DaemonControlTest() override { End(); }

  void Be() {
    const SystemClock clock;
    auto store = OpenAnother(&clock);
    auto reactor = *io::Reactor::Create();
    Places places = PlacesOf({});
    places.inventory = [] {
      checks::Inventory inventory = Hosts({"orders"});
      inventory.targets[0].kind = checks::TargetKind::kPostgres;
      return Result<checks::Inventory>(inventory);
    };
    places.modules = [&reactor](const checks::Inventory&) -> run::ModuleMaker {
      return [&reactor](const checks::Target&, Limits) -> Task<Result<run::Modules>> {
        run::Modules modules;
        modules.push_back(std::make_unique<SlowModule>(*reactor));
        co_return modules;
      };
    };
    std::ostringstream log;
    Journal journal(log, LogFormat::kText, clock, redactor_);
    RunnerParts parts{*reactor, *store, clock, redactor_, journal, kDaemonActor,
                      run::ProcessHolder(), folder_ + "/reports", "en", {}};
    DaemonOptions options;
    options.look_every = milliseconds(200);
    options.drain = milliseconds(100);
    options.control = folder_ + "/control";
    options.health = &health_;
    Daemon daemon(places, parts, options);
    ended_ = daemon.Run();
    ran_ = true;
  }
  void End() {
    if (!thread_.joinable()) return;
    // Its signals are taken over once it answers; before that SIGTERM would end the test.
    EXPECT_TRUE(Ask({{"command", "ps"}}).ok());
    kill(getpid(), SIGTERM);
    thread_.join();
    EXPECT_TRUE(ended_.ok()) << ended_.Describe();
  }
  /// Until a daemon answers.
  Result<Value> Ask(const Value& request) {
    const auto end = std::chrono::steady_clock::now() + seconds(20);
    for (;;) {
      auto answer = AskDaemon(folder_ + "/control", request);
      const bool wait = answer.status().code() == Code::kNotFound &&
                        answer.status().message().starts_with("no daemon");
      if (!wait || std::chrono::steady_clock::now() > end) return answer;
      std::this_thread::sleep_for(milliseconds(20));
    }
  }
  /// The first run that waits for something; null when none came.
  Value WaitingRun() {
    const auto end = std::chrono::steady_clock::now() + seconds(20);
    while (std::chrono::steady_clock::now() < end) {
      const auto answer = Ask({{"command", "ps"}});
      EXPECT_TRUE(answer.ok()) << answer.status().Describe();
      if (!answer.ok()) return nullptr;
      for (const Value& run : (*answer)["runs"]) {
        for (const Value& playbook : run["playbooks"]) {
          if (StringAt(playbook, "waiting_for").starts_with("postgres.query")) return run;
        }
      }
      std::this_thread::sleep_for(milliseconds(20));
    }
    return nullptr;
  }

  Health health_;
  Status ended_;
  std::atomic<bool> ran_ = false;
  std::thread thread_;
};

TEST_F(DaemonControlTest, PsSaysWhatEachPlaybookWaitsForAndCancelEndsIt) {
  const Value run = WaitingRun();
  ASSERT_TRUE(run.is_object());
  EXPECT_EQ(run["schedule"], "s");
  EXPECT_EQ(run["targets"], Value::array({"orders"}));
  EXPECT_EQ(run["playbooks"][0]["playbook"], "slow.query");
  EXPECT_EQ(run["playbooks"][0]["target"], "orders");
  EXPECT_GE(run["playbooks"][0]["waiting_seconds"], 0);
  EXPECT_NE(health_.Metrics().find("upkeep_runs_in_flight 1"), std::string::npos);

  EXPECT_EQ(Ask({{"command", "cancel"}, {"run", run["run"]}}).status().code(), Code::kUsage);
  EXPECT_EQ(Ask({{"command", "cancel"}, {"run", 999}, {"reason", "x"}}).status().code(), Code::kNotFound);
  EXPECT_EQ(Ask({{"command", "dance"}}).status().code(), Code::kUsage);
  const auto cancelled = Ask({{"command", "cancel"}, {"run", run["run"]}, {"reason", "a restore"}});
  ASSERT_TRUE(cancelled.ok()) << cancelled.status().Describe();
  EXPECT_EQ((*cancelled)["cancelled"][0]["run"], run["run"]);

  const SystemClock clock;
  auto store = OpenAnother(&clock);
  const Instant planned = At(StringAt(run, "planned"));
  const auto end = std::chrono::steady_clock::now() + seconds(20);
  store::Slot slot;
  while (std::chrono::steady_clock::now() < end) {
    slot = *store->FindSlot({"s", "orders", planned});
    if (slot.state != SlotState::kRunning) break;
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_EQ(slot.state, SlotState::kCancelled);
  EXPECT_EQ(slot.reason, "a restore");
  EXPECT_EQ(slot.actor, run::ActorOfProcess(getpid(), getuid()).name);
  // What was found before is stored.
  const auto results = *store->Results(run["run"].get<store::RunId>());
  EXPECT_FALSE(results.empty());
  EXPECT_TRUE(store->RebuildFromLedger(false)->empty());
}

TEST_F(DaemonControlTest, APauseReachesItAtOnce) {
  ASSERT_TRUE(WaitingRun().is_object());
  const SystemClock clock;
  auto store = OpenAnother(&clock);
  store::Pause pause;
  pause.schedule = "s";
  pause.reason = "holiday";
  pause.actor = {"jin", "os", "uid:1000"};
  ASSERT_TRUE(store->AddPause(pause).ok());
  ASSERT_TRUE(Ask({{"command", "look"}}).ok());
  ASSERT_TRUE(Ask({{"command", "cancel"}, {"schedule", "s"}, {"reason", "holiday"}}).ok());
  const auto end = std::chrono::steady_clock::now() + seconds(20);
  std::vector<store::Slot> paused;
  while (paused.empty() && std::chrono::steady_clock::now() < end) {
    paused = *store->Slots({"s", "", {SlotState::kPaused}, {}, {}, 10});
    std::this_thread::sleep_for(milliseconds(20));
  }
  ASSERT_FALSE(paused.empty());
  EXPECT_EQ(paused[0].actor, "jin");
}

}  // namespace
}  // namespace upkeep::daemon
