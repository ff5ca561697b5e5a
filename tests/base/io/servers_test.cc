// SPDX-License-Identifier: Apache-2.0
//
// Signed uploads to the real MinIO and mail through the real SMTP receiver of tests/servers.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "base/io/reactor.h"

namespace upkeep::io {
namespace {

using std::chrono::seconds;

/// What `tests/servers/servers env` says. Without the servers these tests fail, they never skip.
std::string Setting(const std::string& name) {
  const char* value = std::getenv(("UPKEEP_TEST_" + name).c_str());
  EXPECT_NE(nullptr, value) << "no UPKEEP_TEST_" << name << ": are the servers up?";
  return value == nullptr ? "" : value;
}

std::string FileText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  std::string content = text.str();
  while (content.ends_with('\n')) content.pop_back();
  return content;
}

class ServersTest : public testing::Test {
 protected:
  void SetUp() override {
    reactor_ = *Reactor::Create();
    tls_.ca_pem = FileText(Setting("CA_FILE"));
  }
  Result<TransferResponse> Ask(TransferRequest request) {
    request.tls = tls_;
    const Limits limits = Limits().Within(seconds(30));
    return reactor_->RunUntilDone(reactor_->Transfer(std::move(request), limits));
  }
  TransferRequest Signed(const std::string& method, const std::string& key) {
    TransferRequest request;
    request.method = method;
    request.url = Setting("S3_URL") + "/" + Setting("S3_BUCKET") + "/" + key;
    request.aws_sigv4 = "aws:amz:" + Setting("S3_REGION") + ":s3";
    request.user = FileText(Setting("S3_ACCESS_KEY_FILE"));
    request.password = FileText(Setting("S3_SECRET_KEY_FILE"));
    request.headers = {{"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}};
    return request;
  }
  TransferRequest Letter(const std::string& url) {
    TransferRequest request;
    request.url = url;
    request.user = Setting("SMTP_USER");
    request.password = FileText(Setting("SMTP_PASSWORD_FILE"));
    request.mail = {"upkeep@upkeep.test", {"operator@upkeep.test"}};
    request.body = "From: upkeep@upkeep.test\nTo: operator@upkeep.test\nSubject: test\n\nhello\n";
    return request;
  }

  std::unique_ptr<Reactor> reactor_;
  TlsOptions tls_;
};

TEST_F(ServersTest, ASignedObjectGoesUpAndComesBack) {
  const std::string body(200'000, 'r');
  TransferRequest put = Signed("PUT", "io/servers-test.txt");
  put.body = body;
  const auto stored = Ask(put);
  ASSERT_TRUE(stored.ok()) << stored.status().message();
  EXPECT_EQ(200, stored->status) << stored->body;
  const auto fetched = Ask(Signed("GET", "io/servers-test.txt"));
  ASSERT_TRUE(fetched.ok()) << fetched.status().message();
  EXPECT_EQ(200, fetched->status);
  EXPECT_TRUE(body == fetched->body) << fetched->body.size() << " bytes came back";
  TransferRequest large = Signed("PUT", "io/servers-test.txt");
  large.body = std::string(3'000'000, 'l');
  large.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  EXPECT_EQ(200, Ask(large)->status);
  EXPECT_EQ("text/html; charset=utf-8",
            Ask(Signed("HEAD", "io/servers-test.txt"))->Header("content-type"));
  TransferRequest forged = Signed("GET", "io/servers-test.txt");
  forged.password += "x";
  EXPECT_EQ(403, Ask(forged)->status);
  EXPECT_EQ(204, Ask(Signed("DELETE", "io/servers-test.txt"))->status);
}

TEST_F(ServersTest, MailByStartTlsAndByTls) {
  const std::string host = Setting("SMTP_HOST");
  TransferRequest started = Letter("smtp://" + host + ":" + Setting("SMTP_STARTTLS_PORT"));
  started.require_tls = true;
  const auto by_start = Ask(started);
  ASSERT_TRUE(by_start.ok()) << by_start.status().message();
  EXPECT_EQ(250, by_start->status);
  const auto by_tls = Ask(Letter("smtps://" + host + ":" + Setting("SMTP_TLS_PORT")));
  ASSERT_TRUE(by_tls.ok()) << by_tls.status().message();
  EXPECT_EQ(250, by_tls->status);
}

TEST_F(ServersTest, MailWithAWrongPasswordIsNotPermitted) {
  TransferRequest request =
      Letter("smtp://" + Setting("SMTP_HOST") + ":" + Setting("SMTP_STARTTLS_PORT"));
  request.require_tls = true;
  request.password += "x";
  EXPECT_EQ(Code::kNotPermitted, Ask(request).status().code());
}

}  // namespace
}  // namespace upkeep::io
