// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/channel.h"

#include <gtest/gtest.h>

namespace upkeep::notify {
namespace {

Deliveries Read(const std::string& text) {
  Result<Deliveries> read = ParseDeliveries(text, "folder/deliveries.yaml");
  EXPECT_TRUE(read.ok()) << read.status().Describe();
  return read.ok() ? *read : Deliveries();
}

std::string ErrorOf(const std::string& entry) {
  Result<Deliveries> read =
      ParseDeliveries("apiVersion: upkeep/v1\ndeliveries:\n" + entry, "folder/deliveries.yaml");
  if (read.ok()) return "no error";
  EXPECT_EQ(Code::kConfig, read.status().code());
  return read.status().Describe();
}

constexpr const char* kAll = R"(apiVersion: upkeep/v1
deliveries:
  - name: on-call
    kind: webhook
    url: https://hooks.example.com/T000/very-secret
    content: findings
    secret: {file: secrets/hook}
    retry: {attempts: 3, backoff: 2s, cap: 10s}
  - name: mail
    kind: smtp
    host: mail.example.com
    from: upkeep@example.com
    to: [a@example.com, b@example.com]
    user: upkeep
    password: {environment: MAIL_PASSWORD}
    language: ko
  - name: archive
    kind: s3
    endpoint: https://minio.example.com/
    bucket: reports
    prefix: seoul
    accessKeyId: {file: /etc/key}
    secretAccessKey: {exec: [pass, show, s3]}
    tls: {caFile: ca.crt}
)";

TEST(DeliveriesTest, ReadsEachKind) {
  const Deliveries deliveries = Read(kAll);
  ASSERT_EQ(3U, deliveries.channels.size());
  const Channel& hook = deliveries.channels[0];
  EXPECT_EQ("findings", hook.content);
  EXPECT_EQ("json", hook.format);
  EXPECT_EQ("folder/secrets/hook", hook.secret.file);
  EXPECT_EQ(3, hook.retry.attempts);
  EXPECT_EQ(std::chrono::seconds(10), hook.retry.cap);
  const Channel& mail = deliveries.channels[1];
  EXPECT_EQ(MailSecurity::kStartTls, mail.security);
  EXPECT_EQ(587, mail.port);
  EXPECT_EQ(2U, mail.to.size());
  EXPECT_EQ("ko", mail.language);
  const Channel& archive = deliveries.channels[2];
  EXPECT_EQ("https://minio.example.com", archive.url);
  EXPECT_EQ("us-east-1", archive.region);
  EXPECT_EQ("html", archive.format);
  EXPECT_EQ("folder/ca.crt", archive.tls.ca_file);
  EXPECT_EQ(&archive, deliveries.Find("archive"));
  EXPECT_EQ(nullptr, deliveries.Find("other"));
}

TEST(DeliveriesTest, ADestinationShowsNoSecretPath) {
  const Deliveries deliveries = Read(kAll);
  EXPECT_EQ("on-call (https://hooks.example.com)", deliveries.channels[0].Destination());
  EXPECT_EQ("mail (mail.example.com:587, 2 recipients)", deliveries.channels[1].Destination());
  EXPECT_EQ("archive (https://minio.example.com/reports)", deliveries.channels[2].Destination());
}

TEST(DeliveriesTest, ADestinationShowsNoSecretQuery) {
  const Deliveries deliveries = Read(
      "apiVersion: upkeep/v1\ndeliveries:\n"
      "  - {name: x, kind: webhook, url: 'http://host:8085?token=QSECRET2'}\n");
  EXPECT_EQ("x (http://host:8085)", deliveries.channels[0].Destination());
}

TEST(DeliveriesTest, UnverifiedTlsIsSaid) {
  const Deliveries deliveries = Read(
      "apiVersion: upkeep/v1\ndeliveries:\n"
      "  - {name: x, kind: webhook, url: 'https://a', tls: {mode: require}}\n");
  EXPECT_EQ("x (https://a), TLS not verified", deliveries.channels[0].Destination());
}

struct Bad {
  const char* entry;
  const char* place;
  const char* message;
};

TEST(DeliveriesTest, EachMistakeHasItsPlace) {
  const Bad cases[] = {
      {"  - name: A\n    kind: webhook\n    url: https://a\n", ":3:11:", "no name for a delivery"},
      {"  - name: a\n    kind: webhok\n", ":4:11:", "webhook"},
      {"  - name: a\n    kind: webhook\n    url: ftp://a\n", ":5:10:", "must begin with https://"},
      {"  - name: a\n    kind: webhook\n    url: https://u:p@a\n", ":5:10:", "must not hold"},
      {"  - name: a\n    kind: webhook\n    url: https://a\n    secrt: {file: x}\n", ":6:5:", "secret"},
      {"  - name: a\n    kind: webhook\n    url: https://a\n    secret: abc\n", ":6:13:", "where the secret is"},
      {"  - name: a\n    kind: webhook\n    url: http://a\n    token: {file: x}\n", ":6:12:", "in the clear"},
      {"  - name: a\n    kind: webhook\n    url: https://a\n    content: findings\n    format: md\n", ":7:13:",
       "delivered as json"},
      {"  - name: a\n    kind: webhook\n    url: https://a\n    timeLimit: 0s\n", ":6:16:", "more than nothing"},
      {"  - name: a\n    kind: webhook\n    url: https://a\n    retry: {backoff: 5s, cap: 1s}\n", ":6:12:",
       "at most 'cap'"},
      {"  - name: a\n    kind: smtp\n    host: h\n    from: nobody\n    to: [a@b]\n", ":6:11:", "no mail address"},
      {"  - name: a\n    kind: smtp\n    host: h\n    from: a@b\n", ":3:5:", "needs recipients"},
      {"  - name: a\n    kind: smtp\n    host: h\n    from: a@b\n    to: ['a@b>x']\n", ":7:9:", "no mail address"},
      {"  - name: a\n    kind: smtp\n    host: h\n    from: a@b\n    to: [a@b]\n    user: u\n", ":3:5:",
       "both user and password"},
      {"  - name: a\n    kind: smtp\n    host: h\n    from: a@b\n    to: [a@b]\n    user: u\n    security: none\n"
       "    password: {file: x}\n", ":10:15:", "in the clear"},
      {"  - name: a\n    kind: s3\n    endpoint: https://e\n    bucket: 'b c'\n    accessKeyId: {file: x}\n"
       "    secretAccessKey: {file: x}\n", ":6:13:", "character"},
      {"  - name: a\n    kind: s3\n    endpoint: https://e\n    bucket: b\n    accessKeyId: {file: x}\n", ":3:5:",
       "secretAccessKey"},
      {"  - name: a\n    kind: s3\n    endpoint: https://e\n    bucket: ..\n    accessKeyId: {file: x}\n"
       "    secretAccessKey: {file: x}\n", ":6:13:", "another place"},
      {"  - {name: a, kind: webhook, url: 'https://a'}\n  - {name: a, kind: webhook, url: 'https://b'}\n", ":4:5:",
       "is taken"},
  };
  for (const Bad& bad : cases) {
    const std::string error = ErrorOf(bad.entry);
    EXPECT_NE(std::string::npos, error.find(bad.place)) << bad.entry << error;
    EXPECT_NE(std::string::npos, error.find(bad.message)) << bad.entry << error;
  }
}

TEST(DeliveriesTest, APrefixStaysInItsBucket) {
  const auto entry = [](const std::string& prefix) {
    return "  - name: a\n    kind: s3\n    endpoint: https://e\n    bucket: b\n    prefix: '" + prefix +
           "'\n    accessKeyId: {file: x}\n    secretAccessKey: {file: x}\n";
  };
  for (const char* const prefix : {"../second-bucket/x", "x/../y", "x/..", "./x", ".", "..", "/x", "/", "x//y", "x//"}) {
    const std::string error = ErrorOf(entry(prefix));
    EXPECT_NE(std::string::npos, error.find(":7:13:")) << prefix << ": " << error;
    EXPECT_NE(std::string::npos, error.find("another place")) << prefix << ": " << error;
  }
  for (const char* const prefix : {"x", "x/", "x/y.z", "..x/y..", "x/.hidden/"}) {
    const auto read = ParseDeliveries("apiVersion: upkeep/v1\ndeliveries:\n" + entry(prefix), "d.yaml");
    EXPECT_TRUE(read.ok()) << prefix << ": " << read.status().Describe();
  }
}

TEST(DeliveriesTest, ErrorTextsShowNoSecret) {
  const std::string error = ErrorOf("  - name: a\n    kind: webhook\n    url: https://a\n    secret: hunter2hunter2\n");
  EXPECT_EQ(std::string::npos, error.find("hunter2")) << error;
}

TEST(DeliveriesTest, AllErrorsAtOnce) {
  const std::string error = ErrorOf("  - name: A\n    kind: s3\n    bukcet: b\n");
  EXPECT_NE(std::string::npos, error.find("no name for a delivery")) << error;
  EXPECT_NE(std::string::npos, error.find("bukcet")) << error;
  EXPECT_NE(std::string::npos, error.find("endpoint")) << error;
}

TEST(DeliveriesTest, NoFileAndNoList) {
  EXPECT_EQ(Code::kConfig, ReadDeliveries("/nowhere/deliveries.yaml").status().code());
  EXPECT_EQ(Code::kConfig, ParseDeliveries("apiVersion: upkeep/v1\ndeliveries: []\n", "d").status().code());
  EXPECT_EQ(Code::kConfig, ParseDeliveries("apiVersion: upkeep/v2\ndeliveries: [{}]\n", "d").status().code());
}

}  // namespace
}  // namespace upkeep::notify
