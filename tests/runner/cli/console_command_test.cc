// SPDX-License-Identifier: Apache-2.0
//
// upkeep console without a terminal: lines on standard input, values on standard output, faults on
// standard error, and the exit code. The target is a real HTTP server in this process.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "runner/cli/command.h"
#include "tests/base/io/local_server.h"
#include "tests/runner/cli/english.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;

struct ConsoleSaid {
  int code = -1;
  std::string out, err;
};

constexpr const char* kPlaybook = R"(local http = require "upkeep.http"
local words = require "lib.words"

return require "upkeep".playbook {
  format = 1, id = "team.page", title = { en = "The page is there", ko = "페이지 확인" }, cadence = "daily",
  covers = { "S4-D-01" }, owner = "team", runbook = "docs/page.md",
  fix = { en = "Look at the server.", ko = "서버를 확인하세요." },
  target = "http", needs = { "http:get" },
  params = { limit = { default = 3, min = 1, max = 9, unit = "1", source = "house rule", doc = { en = "A limit.", ko = "한도." } } },
  messages = { there = { en = "{word} {limit}", ko = "{word} {limit}" } },
  check = function(run, params)
    local answer = http.get()
    if answer.status ~= 200 then error("no page") end
    run:metric { name = "size", subject = "Page/p", value = 5, unit = "By" }
    run:result { subject = { kind = "Page", name = "p" }, state = "warning", reason = "odd", message = "there",
      values = { word = words.greeting, limit = params.limit } }
  end,
}
)";

class ConsoleCommandTest : public testing::Test {
 protected:
  ConsoleCommandTest() {
    std::string pattern = (fs::temp_directory_path() / "upkeep-console-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    for (const char* name : {"UPKEEP_STORE", "UPKEEP_INVENTORY", "UPKEEP_LANG", "UPKEEP_PLAYBOOKS", "KUBECONFIG"}) unsetenv(name);
    setenv("LC_ALL", "C", 1);
    Write("password", "hunter2-secret\n");
    Write("inventory.yaml", "apiVersion: upkeep/v1\ntargets:\n  - {name: web, kind: http, url: '" + server_.Url("/") +
                                "', user: a, password: {file: " + folder_ + "/password}}\n" +
                                "  - {name: cache, kind: redis, host: 127.0.0.1, port: 9, tls: {mode: disable}}\n");
    Write("pack/team/page.lua", kPlaybook);
    Write("pack/lib/words.lua", "return { greeting = 'hello' }\n");
  }
  ~ConsoleCommandTest() override {
    std::error_code error;
    fs::remove_all(folder_, error);
  }
  void Write(const std::string& name, const std::string& text) {
    const fs::path path = fs::path(folder_) / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  /// Types `words` with `input` on standard input.
  ConsoleSaid Type(std::vector<std::string> words, const std::string& input) {
    words.insert(words.begin(), {"upkeep", "console"});
    words.insert(words.end(), {"--inventory", folder_ + "/inventory.yaml", "--store", folder_ + "/none.db", "--playbooks",
                               folder_ + "/pack"});
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    Write("input", input);
    const int before = dup(STDIN_FILENO);
    const int file = open((folder_ + "/input").c_str(), O_RDONLY | O_CLOEXEC);
    dup2(file, STDIN_FILENO);
    close(file);
    std::ostringstream out, err;
    ConsoleSaid said;
    said.code = Main(static_cast<int>(argv.size()), argv.data(), out, err);
    dup2(before, STDIN_FILENO);
    close(before);
    said.out = out.str();
    said.err = err.str();
    return said;
  }
  ConsoleSaid OnWeb(const std::string& input) { return Type({"--target", "web"}, input); }
  static bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

  std::string body_ = "hello";
  testing_io::LocalServer server_{[this](testing_io::Peer& peer) {
    testing_io::HttpRequest request;
    while (peer.ReadRequest(request)) {
      if (request.path != "/never") peer.Answer(200, body_);
    }
  }};
  std::string folder_;
};

TEST_F(ConsoleCommandTest, ValuesGoOutAndNothingElse) {
  const ConsoleSaid said = OnWeb("1 + 1\nx = {b = 1, a = {'y'}}\nx\n\nfor i = 1, 2 do\n  print(i)\nend\nhttp.get().status\n");
  EXPECT_EQ(0, said.code) << said.err;
  EXPECT_EQ("2\n{\"a\": [\"y\"], \"b\": 1}\n1\n2\n200\n", said.out);
  EXPECT_EQ("", said.err);
  EXPECT_FALSE(fs::exists(folder_ + "/none.db")) << "nothing is stored, not even an empty store";
}

TEST_F(ConsoleCommandTest, AChunkThatFailsEndsWithOneAndStopsNoOther) {
  const ConsoleSaid said = OnWeb("a = nothing\n1 +\n2\nhttp.post()\nfor i = 1, 3 do\n");
  EXPECT_EQ(1, said.code);
  EXPECT_EQ("3\n", said.out);
  EXPECT_TRUE(Has(said.err, "stdin:1: there is no variable 'nothing'")) << said.err;
  EXPECT_TRUE(Has(said.err, "stdin:4: upkeep.http has no function 'post'")) << said.err;
  EXPECT_TRUE(Has(said.err, "stdin:5: 'end' expected")) << said.err;
}

TEST_F(ConsoleCommandTest, ABudgetEndsItsLineOnly) {
  const ConsoleSaid said = OnWeb("while true do end\nx = string.rep('x', 1 << 30)\n'still here'\n");
  EXPECT_EQ(1, said.code);
  EXPECT_EQ("\"still here\"\n", said.out);
  EXPECT_TRUE(Has(said.err, "processor budget of 2 s")) << said.err;
  EXPECT_TRUE(Has(said.err, "memory budget of 32 MiB")) << said.err;
}

TEST_F(ConsoleCommandTest, NeedsAreWhatWasUsed) {
  EXPECT_EQ("no need was used so far\n", OnWeb(".needs\n").out);
  EXPECT_TRUE(Has(OnWeb("x = http.get()\n.needs\n").out, "needs = { \"http:get\" },\n"));
  const ConsoleSaid said = OnWeb(".target\n.quit\n1\n");
  EXPECT_EQ(0, said.code) << said.err;
  EXPECT_TRUE(Has(said.out, "\"name\": \"web\"")) << said.out;
  EXPECT_FALSE(Has(said.out, "\n1\n")) << "after .quit nothing is read";
  const ConsoleSaid unknown = OnWeb(".neds\n.5 + 1\n");
  EXPECT_EQ(1, unknown.code);
  EXPECT_EQ("1.5\n", unknown.out) << "a number is no command";
  EXPECT_TRUE(Has(unknown.err, "did you mean '.needs'?")) << unknown.err;
}

TEST_F(ConsoleCommandTest, SecretsAndWhatATerminalObeysAreNotWritten) {
  body_ = "\033[2Jhunter2-secret \xE2\x80\xAEx";
  const ConsoleSaid said = OnWeb("http.get().body\nprint(http.get().body)\nerror(http.get().body)\n");
  EXPECT_FALSE(Has(said.out + said.err, "hunter2")) << said.out << said.err;
  EXPECT_TRUE(Has(said.out, "[redacted]")) << said.out;
  EXPECT_FALSE(Has(said.out + said.err, "\033")) << said.out << said.err;
  EXPECT_FALSE(Has(said.out + said.err, "\xE2\x80\xAE")) << said.out << said.err;
}

TEST_F(ConsoleCommandTest, APlaybooksCheckParametersAndModules) {
  const auto with = [this](const std::string& input, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"--target", "web", "team.page"});
    return Type(more, input);
  };
  ConsoleSaid said = with("params\ncheck()\n.needs\n");
  EXPECT_EQ(0, said.code) << said.err;
  EXPECT_EQ("{\"limit\": 3}\nwarning  Page/p  odd  hello 3\nsize  Page/p  5 By\nobserved  1/1\nneeds = { \"http:get\" },\n", said.out);
  said = with("params.limit = 4\ncheck()\ncheck { limit = 5 }\n", {"--param", "limit=2"});
  EXPECT_TRUE(Has(said.out, "hello 4\n")) << said.out;
  EXPECT_TRUE(Has(said.out, "hello 5\n")) << said.out;
  EXPECT_TRUE(Has(with("check()\n", {"--param", "limit=2"}).out, "hello 2\n"));
  EXPECT_EQ("\"hello\"\n", with("require('lib.words').greeting\n").out);
  said = with("check { limit = 10 }\n");
  EXPECT_EQ(1, said.code);
  EXPECT_TRUE(Has(said.err, "stdin:1: ") && Has(said.err, "limit")) << said.err;
  said = with("http.head()\n.needs\n");
  EXPECT_EQ(1, said.code) << said.out;
  EXPECT_TRUE(Has(said.err, "the head does not declare http:head")) << said.err;
  EXPECT_TRUE(Has(said.err, "add \"http:head\" to needs")) << said.err;
  EXPECT_EQ("no need was used so far\n", said.out) << "what was refused was not used";
  Write("pack/team/page.lua", std::string(kPlaybook).replace(std::string(kPlaybook).find("~= 200"), 6, "== 200"));
  said = with("check()\n'on'\n");
  EXPECT_EQ(1, said.code);
  EXPECT_TRUE(Has(said.out, "unknown  Endpoint/web  error")) << said.out;
  EXPECT_TRUE(Has(said.out, "\"on\"\n")) << said.out;
  EXPECT_TRUE(Has(said.err, "page.lua:13: no page")) << said.err;
  EXPECT_FALSE(fs::exists(folder_ + "/none.db"));
}

TEST_F(ConsoleCommandTest, ReloadForgetsVariables) {
  const ConsoleSaid said = Type({"--target", "web", folder_ + "/pack/team/page.lua"}, "x = 1\n.reload\nx\nparams.limit\n");
  EXPECT_EQ(1, said.code);
  EXPECT_EQ("3\n", said.out);
  EXPECT_TRUE(Has(said.err, "stdin:3: there is no variable 'x'")) << said.err;
}

TEST_F(ConsoleCommandTest, ATargetThatDoesNotAnswerIsToldByTheCall) {
  const ConsoleSaid said = Type({"--target", "cache"}, "1\nredis.command 'INFO'\n2\n");
  EXPECT_EQ(1, said.code);
  EXPECT_EQ("1\n2\n", said.out);
  EXPECT_TRUE(Has(said.err, "127.0.0.1:9")) << said.err;
}

TEST_F(ConsoleCommandTest, ASignalEndsAListOfLines) {
  for (const auto& [signal, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    const int before = server_.accepted();
    std::atomic<bool> ended{false};
    const int number = signal;
    std::thread sender([this, before, number, &ended] {
      while (server_.accepted() == before && !ended) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (!ended) kill(getpid(), number);
    });
    const ConsoleSaid said = OnWeb("1\nhttp.get('/never')\n2\n");
    ended = true;
    sender.join();
    EXPECT_EQ(code, said.code) << said.err;
    EXPECT_EQ("1\n", said.out);
    EXPECT_TRUE(Has(said.err, "cancelled while waiting for http.get /never")) << said.err;
  }
}

TEST_F(ConsoleCommandTest, ACheckWhoseTargetDoesNotAnswerIsUnknown) {
  std::string playbook = kPlaybook;
  const std::string of_http = R"(target = "http", needs = { "http:get" })";
  playbook.replace(playbook.find(of_http), of_http.size(), R"(target = "redis", needs = { "redis:command:INFO" })");
  Write("pack/team/page.lua", playbook);
  const ConsoleSaid said = Type({"--target", "cache", "team.page"}, "check()\n");
  EXPECT_EQ(0, said.code) << "as in a run, that is a result: " << said.err;
  EXPECT_TRUE(Has(said.out, "unknown  Cache/cache  unreachable")) << said.out;
  EXPECT_TRUE(Has(said.out, "observed  0/1")) << said.out;
}

TEST_F(ConsoleCommandTest, WrongUse) {
  EXPECT_EQ(64, Type({}, "").code) << "two targets, and none named";
  EXPECT_EQ(64, Type({"--target", "wbe"}, "").code);
  EXPECT_EQ(64, Type({"--target", "web", "--tragte"}, "").code);
  EXPECT_EQ(64, Type({"--target", "cache", "team.page"}, "").code) << "another kind of target";
  EXPECT_EQ(64, Type({"--target", "web", "--param", "limit=1"}, "").code);
  EXPECT_EQ(64, Type({"--target", "web", "team.page", "--param", "limit=100"}, "").code);
  Write("pack/team/other.lua", kPlaybook);
  EXPECT_NE(0, Type({"--target", "web", folder_ + "/pack"}, "").code) << "a folder of several";
  EXPECT_EQ(65, Type({"--target", "web", "team.pgae"}, "").code);
  Write("pack/team/page.lua", "return {");
  EXPECT_EQ(65, Type({"--target", "web", "team.page"}, "").code);
  const std::string misspelt = Type({"--target", "wbe"}, "").err;
  EXPECT_TRUE(Has(misspelt, "the inventory has no target 'wbe'")) << misspelt;
  EXPECT_TRUE(Has(misspelt, "did you mean 'web'?")) << misspelt;
}

TEST_F(ConsoleCommandTest, KoreanThroughout) {
  const ConsoleSaid said = Type({"--target", "web", "--lang", "ko"},
                         ".help\n.needs\n.neds\nx + 1\nwhile true do end\nx = string.rep('x', 1 << 30)\nt = {} for i = 1, 30 do t[i] = i end\nt\n"
                         "string.rep('x', 9000)\nrun:skip { reason = 'a' }\nfor\n");
  EXPECT_EQ(1, said.code);
  std::istringstream in(said.out + said.err);
  int lines = 0;
  for (std::string line; std::getline(in, line); ++lines) {
    if (line.starts_with("  ") && !line.starts_with("  힌트") && !line.starts_with("  .")) continue;   // A line that was typed.
    EXPECT_FALSE(HasEnglish(line)) << line;
  }
  EXPECT_LT(15, lines) << said.out << said.err;
  EXPECT_TRUE(Has(said.out, "… 10개 더]")) << said.out;
  EXPECT_TRUE(Has(said.out, "바이트 더")) << said.out;
}

}  // namespace
}  // namespace upkeep::cli
