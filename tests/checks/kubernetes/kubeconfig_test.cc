// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "checks/kubernetes/access.h"
#include "checks/kubernetes/credentials.h"
#include "checks/kubernetes/encoding.h"
#include "checks/kubernetes/exec_plugin.h"

namespace upkeep::kubernetes {
namespace {

using std::chrono::milliseconds;

const std::string kCertificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const std::string kKey = "-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0LWtleS1ieXRlcw==\n-----END EC PRIVATE KEY-----\n";

std::string Config(const std::string& cluster, const std::string& user) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts:\n"
         "- name: c\n  context: {cluster: k, user: u, namespace: shop}\n"
         "clusters:\n- name: k\n  cluster:\n" + cluster + "users:\n- name: u\n  user:\n" + user;
}

class KubeconfigTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/upkeep-kubeconfig-XXXXXX";
    folder_ = mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  Result<Access> Parse(const std::string& text, const std::string& context = "") {
    return ParseKubeconfig(text, folder_ / "config", context, redactor_);
  }
  Status Failure(const std::string& cluster, const std::string& user = "    token: abcdef\n") {
    Result<Access> access = Parse(Config(cluster, user));
    EXPECT_FALSE(access.ok());
    if (access.ok()) return Status();
    EXPECT_EQ(Code::kConfig, access.status().code());
    EXPECT_TRUE(access.status().place().has_value());
    return access.status();
  }

  std::filesystem::path folder_;
  Redactor redactor_;
};

TEST_F(KubeconfigTest, ReadsCertificatesFromDataAndFiles) {
  Write("ca.crt", kCertificate);
  const Result<Access> access = Parse(Config(
      "    server: https://10.0.0.1:6443/\n    certificate-authority: ca.crt\n    tls-server-name: api\n",
      "    client-certificate-data: " + EncodeBase64(kCertificate) +
          "\n    client-key-data: " + EncodeBase64(kKey) + "\n"));
  ASSERT_TRUE(access.ok()) << access.status().Describe();
  EXPECT_EQ("https://10.0.0.1:6443", access->server);
  EXPECT_EQ(kCertificate, access->tls.ca_pem);
  EXPECT_EQ(kCertificate, access->tls.certificate_pem);
  EXPECT_EQ(kKey, access->tls.private_key_pem);
  EXPECT_EQ("api", access->tls.server_name);
  EXPECT_EQ("shop", access->default_namespace);
  EXPECT_TRUE(access->tls.verify);
  EXPECT_EQ(std::string::npos, redactor_.Redact("x" + kKey).find("c2VjcmV0"));
}

TEST_F(KubeconfigTest, TokensAndPasswordsAreKnownToTheRedactor) {
  const Result<Access> access = Parse(
      Config("    server: https://h\n    insecure-skip-tls-verify: true\n",
             "    token: tok-123456\n    username: eve\n    password: hunter22\n"));
  ASSERT_TRUE(access.ok()) << access.status().Describe();
  EXPECT_FALSE(access->tls.verify);
  EXPECT_EQ("[redacted] [redacted]", redactor_.Redact(std::string("tok-123456 hunter22")));
}

TEST_F(KubeconfigTest, ErrorsPointAtTheLine) {
  EXPECT_NE(std::string::npos, Failure("    server: https://h\n    proxy-url: http://p\n")
                                   .Describe().find("config:11:"));
  EXPECT_NE(std::string::npos, Failure("    server: http://10.0.0.1\n").Describe().find("not encrypted"));
  EXPECT_NE(std::string::npos, Failure("    server: tcp://h\n").Describe().find("https URL"));
  EXPECT_NE(std::string::npos, Failure("    sevrer: https://h\n").Describe().find("did you mean"));
  EXPECT_NE(std::string::npos,
            Failure("    server: https://h\n    certificate-authority: none.crt\n").Describe().find("none.crt"));
  EXPECT_NE(std::string::npos,
            Failure("    server: https://h\n    certificate-authority-data: '%%'\n").Describe().find("base64"));
  EXPECT_NE(std::string::npos, Failure("    server: https://h\n", "    auth-provider: {name: gcp}\n")
                                   .Describe().find("exec plugin"));
  EXPECT_NE(std::string::npos, Failure("    server: https://h\n",
                                       "    exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: a}\n")
                                   .Describe().find("v1alpha1"));
}

TEST_F(KubeconfigTest, TheLineOfAnErrorShowsNoSecret) {
  const std::string text = Failure("    server: https://h\n", "    client-key-data: swordfish!\n").Describe();
  EXPECT_NE(std::string::npos, text.find("not base64")) << text;
  EXPECT_NE(std::string::npos, text.find("client-key-data: [redacted]")) << text;
  EXPECT_EQ(std::string::npos, text.find("swordfish")) << text;
}

TEST_F(KubeconfigTest, ATokenFileThatThereIsNotIsToldAtOnce) {
  const std::string text = Failure("    server: https://h\n", "    tokenFile: none.token\n").Describe();
  EXPECT_NE(std::string::npos, text.find("none.token")) << text;
}

TEST_F(KubeconfigTest, AllErrorsAtOnce) {
  const std::string text =
      Failure("    server: nowhere\n    proxy-url: http://p\n", "    auth-provider: {name: gcp}\n").Describe();
  for (const char* part : {"https URL", "proxy-url", "auth-provider"}) {
    EXPECT_NE(std::string::npos, text.find(part)) << part << "\n" << text;
  }
}

TEST_F(KubeconfigTest, AnUnknownContextListsTheKnownOnes) {
  const Result<Access> access = Parse(Config("    server: https://h\n", "    token: abcdef\n"), "prod");
  ASSERT_FALSE(access.ok());
  EXPECT_NE(std::string::npos, access.status().Describe().find("the file has: c"));
  EXPECT_FALSE(Parse("[]").ok());
  EXPECT_FALSE(Parse("clusters: [\n").ok());
  EXPECT_EQ(Code::kConfig, ReadKubeconfig(folder_ / "missing", "", redactor_).status().code());
}

TEST_F(KubeconfigTest, TheTokenFileIsReadAgainWhenItChanges) {
  Access access;
  access.token_file = Write("token", "first-token\n");
  auto reactor = *io::Reactor::Create(1);
  Credentials credentials(*reactor, access, redactor_);
  const auto header = [&] {
    auto identity = reactor->RunUntilDone(credentials.Current(Limits()));
    return identity.ok() ? identity->headers.at(0).second : identity.status().message();
  };
  EXPECT_EQ("Bearer first-token", header());
  Write("token.new", "second-token\n");
  std::filesystem::rename(folder_ / "token.new", folder_ / "token");
  EXPECT_EQ("Bearer second-token", header());
  EXPECT_EQ("[redacted]", redactor_.Redact(std::string("second-token")));
  std::filesystem::remove(folder_ / "token");
  EXPECT_NE(std::string::npos, header().find("cannot read"));
}

class LoopbackTest : public KubeconfigTest, public testing::WithParamInterface<std::pair<const char*, bool>> {};

// A token must not go in the clear to a host whose name only looks like this machine's.
TEST_P(LoopbackTest, OnlyThisMachineIsSpokenToWithoutTls) {
  const auto [server, fine] = GetParam();
  Write("config", std::string("apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: \"") +
                      server + "\"}}]\nusers: [{name: u, user: {}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n");
  EXPECT_EQ(fine, ReadKubeconfig((folder_ / "config").string(), "", redactor_).ok()) << server;
}

INSTANTIATE_TEST_SUITE_P(Servers, LoopbackTest,
                         testing::Values(std::pair("http://127.0.0.1:8080", true), std::pair("http://localhost:1", true),
                                         std::pair("http://127.9.9.9", true), std::pair("http://[::1]:8080", true),
                                         std::pair("http://127.evil.invalid:80", false), std::pair("http://127.0.0.1.evil:80", false),
                                         std::pair("http://localhost.evil", false), std::pair("http://10.0.0.1", false)));

class ExecTest : public KubeconfigTest {
 protected:
  ExecPlugin Plugin(const std::string& script) {
    ExecPlugin plugin;
    plugin.arguments = {"/bin/sh", "-c", script};
    plugin.api_version = "client.authentication.k8s.io/v1";
    plugin.environment = {{"MINE", "from-kubeconfig"}};
    return plugin;
  }
  static std::string Printing(const std::string& status) {
    return R"(echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":)" +
           status + "}'";
  }
  Result<ExecCredential> Run(const ExecPlugin& plugin, const std::string& info = "{}",
                             milliseconds at_most = milliseconds(5000)) {
    return reactor_->RunUntilDone(RunExecPlugin(*reactor_, plugin, info, Limits().Within(at_most)));
  }
  Code Run(const std::string& script, milliseconds at_most = milliseconds(5000)) {
    return Run(Plugin(script), "{}", at_most).status().code();
  }
  std::unique_ptr<io::Reactor> reactor_ = *io::Reactor::Create(1);
};

TEST_F(ExecTest, GivesTokenCertificateAndExpiry) {
  const auto credential = Run(
      Plugin(Printing(R"({"token":"'$MINE'","expirationTimestamp":"2030-01-01T00:00:00Z"})")));
  ASSERT_TRUE(credential.ok()) << credential.status().message();
  EXPECT_EQ("from-kubeconfig", credential->token);
  EXPECT_EQ("2030-01-01T00:00:00Z", FormatRfc3339(*credential->expires));
}

TEST_F(ExecTest, FindsWhatItIsAskedInItsEnvironment) {
  ExecPlugin plugin = Plugin("test \"$KUBERNETES_EXEC_INFO\" = 'the info' || exit 9; " +
                             Printing(R"({"token":"t-1234"})"));
  EXPECT_TRUE(Run(plugin, "the info").ok());
  Access access;
  access.server = "https://h";
  plugin.provide_cluster_info = true;
  const Value info = Value::parse(ExecInfo(plugin, access));
  EXPECT_EQ("https://h", info["spec"]["cluster"]["server"]);
  EXPECT_EQ(false, info["spec"]["interactive"]);
}

TEST_F(ExecTest, FailuresHaveTheirReasons) {
  EXPECT_EQ(Code::kError, Run("echo no >&2; exit 3"));
  EXPECT_EQ(Code::kError, Run("echo hello"));
  EXPECT_EQ(Code::kError, Run(Printing("{}")));
  EXPECT_EQ(Code::kError, Run(Printing(R"({"clientCertificateData":"x"})")));
  EXPECT_EQ(Code::kError, Run("kill -9 $$"));
  EXPECT_EQ(Code::kTruncated, Run("head -c 3000000 /dev/zero"));
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(Code::kTimeout, Run("sleep 30 & sleep 30", milliseconds(200)));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
  ExecPlugin missing = Plugin("");
  missing.arguments = {"/no/such/plugin"};
  missing.place = {.file = "config", .line = 4, .column = 3, .text = ""};
  missing.install_hint = "install it";
  const Status status = Run(missing).status();
  EXPECT_EQ(Code::kConfig, status.code());
  EXPECT_EQ(4, status.place()->line);
  EXPECT_EQ("install it", status.hint());
}

TEST_F(ExecTest, WhatItSaysStandsInTheErrorAndItsHelpersAreNotWaitedFor) {
  EXPECT_EQ("credential plugin /bin/sh: it failed with exit code 3: the session has expired, log in again",
            Run(Plugin("echo the session has expired, log in again >&2; exit 3")).status().message());
  const Status long_story = Run(Plugin("head -c 300000 /dev/zero | tr '\\0' x >&2; exit 1")).status();
  EXPECT_EQ(Code::kError, long_story.code());
  EXPECT_LT(long_story.message().size(), 5000U);
  const auto before = std::chrono::steady_clock::now();
  EXPECT_TRUE(Run(Plugin("sleep 30 >/dev/null & " + Printing(R"({"token":"t-1234"})"))).ok());
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

// Ctrl-C while a plugin waits for a browser.
TEST_F(ExecTest, CancellingEndsThePlugin) {
  CancelSource source;
  Limits limits;
  limits.cancel = source.token();
  Code code = Code::kOk;
  reactor_->Spawn([](io::Reactor& reactor, ExecPlugin plugin, Limits own, Code& out) -> Task<void> {
    out = (co_await RunExecPlugin(reactor, std::move(plugin), "{}", own)).status().code();
  }(*reactor_, Plugin("sleep 60"), limits, code));
  reactor_->RunOnce(milliseconds(50));
  const auto before = std::chrono::steady_clock::now();
  source.Cancel();
  while (reactor_->pending() > 0) reactor_->RunOnce(milliseconds(100));
  EXPECT_EQ(Code::kCancelled, code);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

TEST_F(ExecTest, RunsOnceUntilTheCredentialEndsOrIsRefused) {
  Access access;
  access.exec = Plugin("echo x >> " + (folder_ / "runs").string() + "; " +
                       Printing(R"({"token":"tok-exec-1"})"));
  auto reactor = *io::Reactor::Create(1);
  Credentials credentials(*reactor, access, redactor_);
  const auto runs = [&] {
    std::error_code missing;
    return std::filesystem::file_size(folder_ / "runs", missing) / 2;
  };
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(reactor->RunUntilDone(credentials.Current(Limits())).ok());
  EXPECT_EQ(1U, runs());
  EXPECT_TRUE(credentials.Refuse());
  ASSERT_TRUE(reactor->RunUntilDone(credentials.Current(Limits())).ok());
  EXPECT_EQ(2U, runs());
  EXPECT_EQ("[redacted]", redactor_.Redact(std::string("tok-exec-1")));
}

TEST_F(ExecTest, AnExpiredCredentialIsAnError) {
  Access access;
  access.exec = Plugin(Printing(R"({"token":"t-1234","expirationTimestamp":"2001-01-01T00:00:00Z"})"));
  auto reactor = *io::Reactor::Create(1);
  Credentials credentials(*reactor, access, redactor_);
  EXPECT_EQ(Code::kError, reactor->RunUntilDone(credentials.Current(Limits())).status().code());
}

TEST_F(KubeconfigTest, InClusterReadsTheServiceAccount) {
  unsetenv("KUBERNETES_SERVICE_HOST");
  EXPECT_EQ(Code::kConfig, InClusterAccess(redactor_, folder_).status().code());
  setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
  setenv("KUBERNETES_SERVICE_PORT", "443", 1);
  EXPECT_EQ(Code::kConfig, InClusterAccess(redactor_, folder_).status().code()) << "no token";
  Write("token", "sa-token-1");
  Write("ca.crt", kCertificate);
  Write("namespace", "upkeep");
  const Result<Access> access = InClusterAccess(redactor_, folder_);
  ASSERT_TRUE(access.ok()) << access.status().Describe();
  EXPECT_EQ("https://[fd00::1]:443", access->server);
  EXPECT_EQ("upkeep", access->default_namespace);
  EXPECT_EQ("[redacted]", redactor_.Redact(std::string("sa-token-1")));
  unsetenv("KUBERNETES_SERVICE_HOST");
}

TEST(Encoding, Base64ComesBack) {
  for (const std::string text : {"", "a", "ab", "abc", "abcd"}) {
    EXPECT_EQ(text, DecodeBase64(EncodeBase64(text)).value_or("?"));
  }
  EXPECT_FALSE(DecodeBase64("a"));
  EXPECT_FALSE(DecodeBase64("ab=c"));
  EXPECT_EQ("a%2Fb%20c-", PercentEncode("a/b c-"));
}

}  // namespace
}  // namespace upkeep::kubernetes
