// SPDX-License-Identifier: Apache-2.0
//
// What the doctor says of clocks, dead endpoints, zone data and the store's disk. That it says the
// same of real servers, and which grant is missing there: tests/e2e/doctor.sh.
#include "runner/cli/doctor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "runner/store/store.h"
#include "tests/base/io/local_server.h"
#include "tests/checks/kubernetes/fake_api.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;
using Level = Diagnosis::Level;

class DoctorTest : public testing::Test {
 protected:
  DoctorTest() {
    std::string pattern = (fs::temp_directory_path() / "upkeep-doctor-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~DoctorTest() override {
    std::error_code error;
    fs::remove_all(folder_, error);
  }

  std::vector<Diagnosis> LookAt(checks::Inventory inventory) {
    const auto reactor = *io::Reactor::Create();
    const SystemClock clock;
    Redactor redactor;
    const run::ModuleFactory factory(*reactor, clock, redactor, inventory);
    return reactor->RunUntilDone(DiagnoseTargets(inventory, {}, factory, Limits()));
  }
  /// What is said of an API server whose clock is `ahead` of ours.
  Diagnosis ClockOf(std::chrono::seconds ahead) {
    kubernetes::FakeApi api([ahead](const kubernetes::FakeRequest& request) {
      kubernetes::FakeReply reply;
      const std::time_t then = std::time(nullptr) + ahead.count();
      char date[64];
      std::tm parts{};
      std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&then, &parts));
      reply.headers.emplace_back("Date", date);
      reply.body = request.method == "POST" ? R"({"status":{"userInfo":{"username":"reader"}}})" : "{}";
      return reply;
    });
    std::ofstream(folder_ + "/kubeconfig")
        << "current-context: here\ncontexts: [{name: here, context: {cluster: c, user: u}}]\n"
           "users: [{name: u, user: {token: t}}]\nclusters: [{name: c, cluster: {server: '" << api.url() << "'}}]\n";
    for (Diagnosis& diagnosis : LookAt(*checks::InventoryOfKubeconfig(folder_ + "/kubeconfig", ""))) {
      if (diagnosis.text.find("its clock is") != std::string::npos) return diagnosis;
    }
    ADD_FAILURE() << "nothing was said of the clock";
    return {};
  }
  static checks::Target Endpoint(checks::TargetKind kind, int port) {
    checks::Target target;
    target.name = "web";
    target.kind = kind;
    target.host = "127.0.0.1";
    target.port = port;
    target.url = "http://127.0.0.1:" + std::to_string(port) + "/";
    return target;
  }
  Invocation Here() {
    Invocation invocation;
    invocation.options["--store"] = {folder_ + "/upkeep.db"};
    return invocation;
  }
  static const Diagnosis* Of(const std::vector<Diagnosis>& found, const std::string& what) {
    const auto at = std::find_if(found.begin(), found.end(), [&](const Diagnosis& d) { return d.what == what; });
    return at == found.end() ? nullptr : &*at;
  }

  std::string folder_;
};

// The first test of this process: a zone that was read once stays known to it.
TEST_F(DoctorTest, MissingZoneDataIsAFaultThatNamesThePackage) {
  setenv("TZDIR", folder_.c_str(), 1);
  std::vector<Diagnosis> found;
  DiagnoseHere(Here(), found);
  unsetenv("TZDIR");
  ASSERT_NE(nullptr, Of(found, "zones"));
  EXPECT_EQ(Level::kFault, Of(found, "zones")->level);
  EXPECT_NE(std::string::npos, Of(found, "zones")->help.find("tzdata"));
}

TEST_F(DoctorTest, AClockThatIsMinutesOffIsAFault) {
  for (const int seconds : {600, -600}) {
    const Diagnosis off = ClockOf(std::chrono::seconds(seconds));
    EXPECT_EQ(Level::kFault, off.level) << off.text;
    EXPECT_EQ(1, off.exit_code);
    EXPECT_NE(std::string::npos, off.text.find(seconds > 0 ? "before ours" : "behind ours")) << off.text;
    EXPECT_NE(std::string::npos, off.help.find("NTP"));
  }
}

TEST_F(DoctorTest, AClockThatIsSecondsOffIsANoteAndOneThatAgreesIsOk) {
  const Diagnosis near = ClockOf(std::chrono::seconds(30));
  EXPECT_EQ(Level::kNote, near.level) << near.text;
  EXPECT_EQ(0, near.exit_code);
  EXPECT_FALSE(near.help.empty());
  const Diagnosis same = ClockOf(std::chrono::seconds(0));
  EXPECT_EQ(Level::kOk, same.level) << same.text;
}

TEST_F(DoctorTest, ADeadEndpointIsAFaultAndNobodyAnswered) {
  for (const auto kind : {checks::TargetKind::kHttp, checks::TargetKind::kTls}) {
    checks::Inventory inventory;
    inventory.targets.push_back(Endpoint(kind, testing_io::DeadPort()));
    const std::vector<Diagnosis> found = LookAt(inventory);
    ASSERT_EQ(2U, found.size());
    EXPECT_EQ(Level::kFault, found[0].level) << found[0].text;
    EXPECT_EQ("web", found[0].what);
    EXPECT_EQ(3, found[0].exit_code);
    EXPECT_EQ(69, found[1].exit_code) << found[1].text;
  }
  checks::Inventory names;
  names.targets.push_back(Endpoint(checks::TargetKind::kDns, 0));
  names.targets[0].host = "no-such-host.invalid";
  EXPECT_EQ(Level::kFault, LookAt(names).at(0).level);
}

TEST_F(DoctorTest, AnEndpointThatAnswersIsToldSo) {
  testing_io::LocalServer server(testing_io::Http([](testing_io::Peer& peer, const testing_io::HttpRequest&) {
    return peer.Answer(503, "busy");
  }));
  checks::Inventory inventory;
  inventory.targets.push_back(Endpoint(checks::TargetKind::kHttp, server.port()));
  const std::vector<Diagnosis> found = LookAt(inventory);
  ASSERT_EQ(1U, found.size());
  EXPECT_EQ(Level::kOk, found[0].level);
  EXPECT_EQ("answers (HTTP 503)", found[0].text);   // What it should answer is for its check to say.
}

TEST_F(DoctorTest, ABrokenPolicyAndKeysThatDoNotCountAreFaults) {
  Invocation invocation = Here();
  invocation.options["--policy"] = {folder_ + "/policy.yaml"};
  invocation.options["--keys"] = {folder_ + "/keys"};
  std::ofstream(folder_ + "/policy.yaml") << "mode: \"off\"\n";
  std::vector<Diagnosis> found;
  DiagnosePolicy(invocation, found);
  ASSERT_EQ(2U, found.size());
  EXPECT_EQ(Level::kOk, found[0].level);
  EXPECT_NE(std::string::npos, found[0].text.find("mode off, risk_cap medium")) << found[0].text;
  EXPECT_NE(std::string::npos, found[0].text.find("policy.yaml")) << found[0].text;
  EXPECT_EQ(Level::kOk, found[1].level);

  std::ofstream(folder_ + "/policy.yaml") << "mood: bad\n";
  fs::create_directory(folder_ + "/keys");
  fs::permissions(folder_ + "/keys", fs::perms::all);
  found.clear();
  DiagnosePolicy(invocation, found);
  EXPECT_EQ(Level::kFault, Of(found, "policy")->level);
  EXPECT_EQ(78, Of(found, "policy")->exit_code);
  EXPECT_EQ(Level::kFault, Of(found, "keys")->level);
  EXPECT_NE(std::string::npos, Of(found, "keys")->help.find("chmod")) << Of(found, "keys")->help;
}

TEST_F(DoctorTest, TheDiskIsLookedAtWhateverTheStoreIs) {
  const std::string path = folder_ + "/upkeep.db";
  std::vector<Diagnosis> found;
  DiagnoseHere(Here(), found);   // None yet.
  EXPECT_EQ(Level::kNote, Of(found, "store")->level);
  ASSERT_NE(nullptr, Of(found, "disk"));

  ASSERT_TRUE(store::OpenSqliteStore(path).ok());
  found.clear();
  DiagnoseHere(Here(), found);
  EXPECT_EQ(Level::kOk, Of(found, "store")->level) << Of(found, "store")->text;

  // Pages in the middle are torn: it opens, and looking through it fails.
  const auto size = fs::file_size(path);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(4096));
  file << std::string(static_cast<std::size_t>(size) - 4096, 'x');
  file.close();
  found.clear();
  DiagnoseHere(Here(), found);
  EXPECT_EQ(Level::kFault, Of(found, "store")->level);
  EXPECT_EQ(74, Of(found, "store")->exit_code);
  ASSERT_NE(nullptr, Of(found, "disk"));
}

}  // namespace
}  // namespace upkeep::cli
