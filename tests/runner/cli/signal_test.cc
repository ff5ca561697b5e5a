// SPDX-License-Identifier: Apache-2.0
//
// The first signal ends a command in order, with 128 and its number: what was found is kept, and
// the run is stored as cancelled.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "runner/cli/command.h"
#include "runner/store/store.h"
#include "tests/base/io/local_server.h"
#include "tests/source_folder.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;

class SignalTest : public testing::Test {
 protected:
  SignalTest() {
    std::string pattern = (fs::temp_directory_path() / "upkeep-signal-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    fs::create_directories(folder_ + "/schedules");
    std::ofstream(folder_ + "/schedules/s.yaml")
        << "apiVersion: upkeep/v1\nschedules:\n  - id: s\n    cron: \"*/10 * * * * *\"\n    playbooks: [http.endpoint]\n";
    std::ofstream(folder_ + "/inventory.yaml")
        << "apiVersion: upkeep/v1\ntargets:\n  - {name: web, kind: http, url: '" << server_.Url("/") << "', timeLimit: 5m}\n";
  }
  ~SignalTest() override {
    std::error_code error;
    fs::remove_all(folder_, error);
  }

  /// Types `words` and sends `signal` to this process when the server has been reached.
  int TypeAndSend(std::vector<std::string> words, int signal) {
    words.insert(words.begin(), "upkeep");
    words.insert(words.end(), {"--store", folder_ + "/s.db", "--inventory", folder_ + "/inventory.yaml", "--playbooks",
                               SourceFolder() + "/playbooks", "--schedules", folder_ + "/schedules"});
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    const int before = server_.accepted();
    std::atomic<bool> ended{false};
    std::thread sender([this, before, signal, &ended] {
      while (server_.accepted() == before && !ended) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (!ended) kill(getpid(), signal);
    });
    std::ostringstream out;
    err_.str("");
    const int code = Main(static_cast<int>(argv.size()), argv.data(), out, err_);
    ended = true;
    sender.join();
    return code;
  }
  store::RunState NewestRun() {
    store::OpenOptions options;
    options.read_only = true;
    auto store = store::OpenSqliteStore(folder_ + "/s.db", options);
    EXPECT_TRUE(store.ok()) << store.status().Describe();
    const auto runs = *(*store)->Runs({});
    EXPECT_FALSE(runs.empty());
    return runs.empty() ? store::RunState::kRunning : runs.front().state;
  }

  // Takes the connection and never answers.
  testing_io::LocalServer server_{[](testing_io::Peer& peer) {
    while (!peer.Read().empty()) {
    }
  }};
  std::string folder_;
  std::ostringstream err_;
};

TEST_F(SignalTest, ARunEndsWithTheNumberOfItsSignal) {
  EXPECT_EQ(143, TypeAndSend({"run", "http.endpoint"}, SIGTERM)) << err_.str();
  EXPECT_EQ(store::RunState::kCancelled, NewestRun());
  EXPECT_EQ(130, TypeAndSend({"run", "http.endpoint"}, SIGINT)) << err_.str();
  EXPECT_EQ(store::RunState::kCancelled, NewestRun());
}

TEST_F(SignalTest, ATickEndsWithTheNumberOfItsSignal) {
  EXPECT_EQ(143, TypeAndSend({"tick", "--schedule", "s"}, SIGTERM)) << err_.str();
  EXPECT_EQ(store::RunState::kCancelled, NewestRun());
}

TEST_F(SignalTest, ADaemonThatDrainsEndsWithNothingWrong) {
  // Its drain is what SIGTERM asks for, so that systemd and a pod's kubelet see a clean end.
  EXPECT_EQ(0, TypeAndSend({"daemon", "--drain", "10ms"}, SIGTERM)) << err_.str();
  EXPECT_EQ(store::RunState::kCancelled, NewestRun());
}

}  // namespace
}  // namespace upkeep::cli
