// SPDX-License-Identifier: Apache-2.0
//
// Real plugins of Debian's monitoring-plugins-basic, and programs that behave as no plugin should.
#include "checks/plugin/module.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/base/io/local_server.h"

namespace upkeep::plugin {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kPlugins = "/usr/lib/nagios/plugins/";

class PluginModuleTest : public testing::Test {
 protected:
  PluginModuleTest() : reactor_(*io::Reactor::Create()) { plugins_.target = "web-1"; }

  Result<Value> Run(std::vector<std::string> command, milliseconds at_most = seconds(20)) {
    plugins_.commands["it"] = std::move(command);
    plugins_.time_limit = at_most;
    return Call("run", Value::array({"it"}));
  }
  Result<Value> Shell(const std::string& script, milliseconds at_most = seconds(20)) {
    return Run({"/bin/sh", "-c", script}, at_most);
  }
  Result<Value> Call(const std::string& function, const Value& arguments) {
    const auto module = MakePluginModule(*reactor_, plugins_);
    auto answer = reactor_->RunUntilDone(module->Call(function, arguments, Limits().Within(seconds(60))));
    // No child of ours is left, neither running nor unburied.
    EXPECT_EQ(-1, waitpid(-1, nullptr, WNOHANG));
    EXPECT_EQ(ECHILD, errno);
    if (!answer.ok()) return answer.status();
    return answer->value;
  }
  void Fails(Code code, const std::string& says, const Result<Value>& answer) {
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(code, answer.status().code());
    EXPECT_NE(std::string::npos, answer.status().message().find(says)) << answer.status().message();
  }

  std::unique_ptr<io::Reactor> reactor_;
  Plugins plugins_;
};

TEST_F(PluginModuleTest, TheExitStatusIsTheState) {
  const char* const kStates[] = {"ok", "warning", "critical", "unknown"};
  for (int status = 0; status < 4; ++status) {
    const auto answer = Run({kPlugins + "check_dummy", std::to_string(status), "그렇다"});
    ASSERT_TRUE(answer.ok()) << answer.status().Describe();
    EXPECT_EQ(kStates[status], (*answer)["state"]);
    EXPECT_NE(std::string::npos, (*answer)["text"].get<std::string>().find("그렇다"));
  }
}

TEST_F(PluginModuleTest, RealPluginsAreUnderstood) {
  const auto procs = Run({kPlugins + "check_procs", "-w", "1:100000", "-c", "1:200000"});
  ASSERT_TRUE(procs.ok()) << procs.status().Describe();
  EXPECT_EQ("ok", (*procs)["state"]) << procs->dump();
  ASSERT_EQ(1U, (*procs)["perfdata"].size()) << procs->dump();
  EXPECT_EQ("procs", (*procs)["perfdata"][0]["label"]);
  EXPECT_EQ(100000, (*procs)["perfdata"][0]["warning"]["high"]);

  // A size; 0 where there is none.
  const auto swap = Run({kPlugins + "check_swap", "-w", "1", "-c", "1", "-n", "ok"});
  ASSERT_TRUE(swap.ok()) << swap.status().Describe();
  ASSERT_EQ(1U, (*swap)["perfdata"].size()) << swap->dump();
  EXPECT_EQ("By", (*swap)["perfdata"][0]["unit"]);
  EXPECT_TRUE((*swap)["broken"].empty());

  const auto load = Run({kPlugins + "check_load", "-w", "1000,1000,1000", "-c", "2000,2000,2000"});
  ASSERT_TRUE(load.ok()) << load.status().Describe();
  EXPECT_EQ(3U, (*load)["perfdata"].size()) << load->dump();
}

TEST_F(PluginModuleTest, CheckHttpLooksAtARealServer) {
  testing_io::LocalServer server(testing_io::Http([](testing_io::Peer& peer, const testing_io::HttpRequest& request) {
    peer.Answer(request.path == "/fine" ? 200 : 503, "body");
    return false;  // The plugin reads until the server hangs up.
  }));
  const std::string url = server.Url("");
  const std::string port = url.substr(url.rfind(':') + 1, url.find('/', 8) - url.rfind(':') - 1);
  const auto ask = [&](const std::string& path) {
    return Run({kPlugins + "check_http", "-I", "127.0.0.1", "-p", port, "-u", path});
  };
  const auto fine = ask("/fine"), broken = ask("/broken");
  ASSERT_TRUE(fine.ok() && broken.ok());
  EXPECT_EQ("ok", (*fine)["state"]) << fine->dump();
  ASSERT_FALSE((*fine)["perfdata"].empty());
  EXPECT_EQ("s", (*fine)["perfdata"][0]["unit"]);
  EXPECT_EQ("critical", (*broken)["state"]) << broken->dump();
}

TEST_F(PluginModuleTest, WhatIsNoPluginsEndIsUnknownWithItsReason) {
  Fails(Code::kError, "ended with status 4", Shell("echo fine; exit 4"));
  Fails(Code::kError, "ended with status 127", Shell("nowhere_such_program"));
  Fails(Code::kError, "was ended by signal 9", Shell("echo fine; kill -9 $$"));
  Fails(Code::kError, "cannot start", Run({"/nowhere/check_it"}));
  Fails(Code::kTruncated, "larger than", Shell("yes"));
  const auto start = std::chrono::steady_clock::now();
  // The child that holds the output open is ended, too.
  Fails(Code::kTimeout, "", Shell("trap '' TERM; sleep 60 & echo half; sleep 60", milliseconds(300)));
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(5));
  Fails(Code::kNoData, "declares no plugin 'check_none' for web-1", Call("run", Value::array({"check_none"})));
}

TEST_F(PluginModuleTest, ThereIsNoShellNoInputAndNoSecretInTheEnvironment) {
  setenv("UPKEEP_TEST_SECRET", "hunter22", 1);
  const auto environment = Run({"/usr/bin/env"});
  unsetenv("UPKEEP_TEST_SECRET");
  ASSERT_TRUE(environment.ok());
  EXPECT_EQ(std::string::npos, environment->dump().find("hunter22")) << environment->dump();
  EXPECT_NE(std::string::npos, environment->dump().find("LC_ALL=C.UTF-8"));
  EXPECT_EQ("$(id); `id`", Run({"/bin/echo", "$(id); `id`"}).value()["text"]);
  EXPECT_EQ("end", Shell("cat; echo end").value()["text"]);
}

TEST_F(PluginModuleTest, NeedsNameThePlugin) {
  const auto module = MakePluginModule(*reactor_, plugins_);
  EXPECT_EQ("plugin:run:check_disk", module->NeedOf("run", Value::array({"check_disk"}))->ToString());
  EXPECT_EQ("plugin:run:*", module->NeedOf("names", Value::array())->ToString());
  for (const Value& wrong : {Value::array(), Value::array({1}), Value::array({"a", "b"})}) {
    EXPECT_EQ(Code::kInvalid, module->NeedOf("run", wrong).status().code());
  }
  EXPECT_EQ(Code::kInvalid, module->NeedOf("exec", Value::array({"a"})).status().code());
  const auto known = reactor_->RunUntilDone(module->Prepare(
      {*checks::ParseNeed(Value("plugin:run:*")), *checks::ParseNeed(Value("plugin:run:check_disk"))}, Limits()));
  EXPECT_TRUE(known[0].ok());
  EXPECT_EQ(Code::kNoData, known[1].code());
}

}  // namespace
}  // namespace upkeep::plugin
