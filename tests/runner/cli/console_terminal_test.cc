// SPDX-License-Identifier: Apache-2.0
//
// upkeep console on a terminal: the program itself on a pseudo-terminal of its own, typed at as a
// person does. Needs $UPKEEP_BINARY; ctest sets it.
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/base/io/local_server.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{60};   // A sanitizer on a busy machine.

std::string Playbook(const std::string& limit) {
  return "return require 'upkeep'.playbook {\n  format = 1, id = 'team.page', title = { en = 'Page', ko = '페이지' }, cadence = 'daily',\n"
         "  covers = { 'S4-D-01' }, owner = 'team', runbook = 'docs/page.md', fix = { en = 'Look.', ko = '확인하세요.' },\n"
         "  target = 'http', needs = { 'http:get' },\n  params = { limit = { default = " + limit +
         ", unit = '1', source = 'house rule', doc = { en = 'A limit.', ko = '한도.' } } },\n"
         "  messages = { there = { en = 'there', ko = '있음' } },\n"
         "  check = function(run, params) run:ok { message = 'there' } end,\n}\n";
}

class ConsoleTerminalTest : public testing::Test {
 protected:
  ConsoleTerminalTest() {
    std::string pattern = (fs::temp_directory_path() / "upkeep-terminal-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    Write("inventory.yaml", "apiVersion: upkeep/v1\ntargets:\n  - {name: web, kind: http, url: '" + server_.Url("/") + "', timeLimit: 5m}\n");
    fs::create_directories(folder_ + "/pack/team");
    Write("pack/team/page.lua", Playbook("3"));
  }
  ~ConsoleTerminalTest() override {
    if (child_ > 0) {
      kill(child_, SIGKILL);
      waitpid(child_, nullptr, 0);
    }
    if (terminal_ >= 0) close(terminal_);
    std::error_code error;
    fs::remove_all(folder_, error);
  }
  void Write(const std::string& name, const std::string& text) { std::ofstream(folder_ + "/" + name) << text; }

  void Start(std::vector<std::string> words = {}) {
    const char* const program = std::getenv("UPKEEP_BINARY");
    ASSERT_NE(nullptr, program) << "$UPKEEP_BINARY names the program";
    words.insert(words.begin(), {program, "console", "--target", "web", "--inventory", folder_ + "/inventory.yaml", "--store",
                                 folder_ + "/none.db", "--playbooks", folder_ + "/pack", "--lang", "en"});
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    winsize size{24, 100, 0, 0};
    child_ = forkpty(&terminal_, nullptr, nullptr, &size);
    ASSERT_LE(0, child_);
    if (child_ == 0) {
      setenv("TERM", "xterm", 1);
      setenv("LC_ALL", "C.UTF-8", 1);
      setenv("HOME", folder_.c_str(), 1);   // No ~/.editrc of somebody's.
      execv(program, argv.data());
      _exit(127);
    }
    ASSERT_TRUE(Shows("> ")) << screen_;
  }

  void Type(const std::string& keys) {
    screen_.clear();
    ASSERT_EQ(static_cast<ssize_t>(keys.size()), write(terminal_, keys.data(), keys.size()));
  }
  /// Reads until the screen has `text`; false at the program's end or when patience ends.
  bool Shows(const std::string& text) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (screen_.find(text) == std::string::npos) {
      pollfd wait{terminal_, POLLIN, 0};
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      if (left.count() <= 0 || poll(&wait, 1, static_cast<int>(left.count())) <= 0) return false;
      char bytes[4096];
      const ssize_t count = read(terminal_, bytes, sizeof bytes);
      if (count <= 0) return false;
      screen_.append(bytes, static_cast<std::size_t>(count));
    }
    return true;
  }
  /// Types and waits for what the line gives and for the next prompt.
  ::testing::AssertionResult Gives(const std::string& keys, const std::string& text) {
    Type(keys);
    if (Shows(text) && Shows("\r\n> ")) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "no '" << text << "' and prompt in: " << screen_;
  }
  int Exit() {
    while (Shows("never written by anybody")) {
    }
    int status = 0;
    waitpid(std::exchange(child_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  // Answers "/", and takes every other path without an answer.
  testing_io::LocalServer server_{[](testing_io::Peer& peer) {
    testing_io::HttpRequest request;
    while (peer.ReadRequest(request)) {
      if (request.path == "/") peer.Answer(200, "hello");
    }
  }};
  std::string folder_, screen_;
  int terminal_ = -1;
  pid_t child_ = -1;
};

TEST_F(ConsoleTerminalTest, LinesAreContinuedRememberedAndCompleted) {
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_NE(std::string::npos, screen_.find("web (http)")) << screen_;
  EXPECT_TRUE(Gives("1 + 2\r", "\n3\r\n"));
  Type("for i = 1, 2 do\r");
  ASSERT_TRUE(Shows("\n>> ")) << screen_;
  Type("print('안녕 ' .. i)\r");
  ASSERT_TRUE(Shows("\n>> ")) << screen_;
  EXPECT_TRUE(Gives("end\r", "\n안녕 1\r\n안녕 2\r\n"));
  EXPECT_TRUE(Gives("\033[A\033[A\033[A\033[A\r", "\n3\r\n")) << "the line of four lines ago";
  EXPECT_TRUE(Gives("ht\t.g\t().status\r", "\n200\r\n")) << "http.get().status";
  Type("http.\t\t");
  EXPECT_TRUE(Shows("http.get") && Shows("http.head")) << screen_;
  Type("\x15");   // Ctrl-U
  EXPECT_TRUE(Gives("x = nothing\r", "there is no variable 'nothing'"));
  Type("\x04");
  EXPECT_TRUE(Shows("needs = { \"http:get\" },")) << screen_;
  EXPECT_EQ(0, Exit()) << screen_;
}

TEST_F(ConsoleTerminalTest, CtrlCEndsWhatRunsAndWhatIsTyped) {
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_TRUE(Gives("kept = 1\r", ""));
  EXPECT_TRUE(Gives("half of a line\x03", "^C\r\n"));
  Type("x = {\r");
  ASSERT_TRUE(Shows("\n>> ")) << screen_;
  EXPECT_TRUE(Gives("\x03", "^C"));
  EXPECT_TRUE(Gives("kept\r", "\n1\r\n")) << "what was begun is forgotten";
  const int before = server_.accepted();
  Type("http.get('/never')\r");
  while (server_.accepted() == before) usleep(10'000);
  EXPECT_TRUE(Gives("\x03", "^C\r\ncancelled while waiting for http.get /never"));
  Type("while true do end\r");
  usleep(300'000);
  EXPECT_TRUE(Gives("\x03", "cancelled while the playbook was computing"));
  EXPECT_TRUE(Gives("kept + 1\r", "\n2\r\n"));
  Type(".quit\r");
  EXPECT_EQ(0, Exit()) << "what failed at a prompt has been seen: " << screen_;
}

TEST_F(ConsoleTerminalTest, SigtermLeavesInOrder) {
  ASSERT_NO_FATAL_FAILURE(Start());
  kill(child_, SIGTERM);
  EXPECT_EQ(143, Exit()) << screen_;
}

TEST_F(ConsoleTerminalTest, AChangedPlaybookIsReadAgain) {
  ASSERT_NO_FATAL_FAILURE(Start({"team.page"}));
  EXPECT_TRUE(Gives("params.limit\r", "\n3\r\n"));
  EXPECT_TRUE(Gives("check()\r", "ok  Endpoint/web  there"));
  Write("pack/team/page.lua", Playbook("4"));
  EXPECT_TRUE(Gives("params.limit\r", "\n3\r\n"));
  EXPECT_TRUE(Gives(".reload\r", ""));
  EXPECT_TRUE(Gives("params.limit\r", "\n4\r\n"));
  Write("pack/team/page.lua", "return {");
  EXPECT_TRUE(Gives(".reload\r", "page.lua:1:"));
  EXPECT_TRUE(Gives("params.limit\r", "\n4\r\n")) << "the one before is still there";
  Type("\x04");
  EXPECT_EQ(0, Exit()) << screen_;
}

}  // namespace
}  // namespace upkeep::cli
