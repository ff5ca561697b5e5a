// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/retry.h"

#include <gtest/gtest.h>

namespace upkeep::notify {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

const Instant kNow = *ParseRfc3339("2026-11-21T09:00:00Z");

io::TransferResponse Answer(int status, std::string retry_after = "", std::string body = "") {
  io::TransferResponse answer;
  answer.status = status;
  answer.body = std::move(body);
  if (!retry_after.empty()) answer.headers.emplace_back("retry-after", std::move(retry_after));
  return answer;
}

Verdict VerdictOf(int status) { return Judge(ChannelKind::kWebhook, Answer(status), kNow, Redactor()).verdict; }

TEST(JudgeTest, OnlyWhatMayPassIsTriedAgain) {
  for (const int status : {200, 201, 202, 204}) EXPECT_EQ(Verdict::kSent, VerdictOf(status)) << status;
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    EXPECT_EQ(Verdict::kAgain, VerdictOf(status)) << status;
  }
  for (const int status : {301, 302, 400, 401, 403, 404, 409, 410, 413, 422}) {
    EXPECT_EQ(Verdict::kGiveUp, VerdictOf(status)) << status;
  }
}

TEST(JudgeTest, ErrorsWithoutAnAnswer) {
  for (const Code code : {Code::kTimeout, Code::kUnreachable, Code::kTruncated, Code::kBusy}) {
    EXPECT_EQ(Verdict::kAgain, Judge(ChannelKind::kSmtp, Status(code, "x"), kNow, Redactor()).verdict);
  }
  for (const Code code : {Code::kError, Code::kNotPermitted, Code::kConfig, Code::kCancelled}) {
    EXPECT_EQ(Verdict::kGiveUp, Judge(ChannelKind::kSmtp, Status(code, "x"), kNow, Redactor()).verdict);
  }
}

TEST(JudgeTest, ASecretThatTheOtherSideRepeatsIsNotShownEvenWhereTheAnswerIsCutOff) {
  Redactor redactor;
  redactor.Add("T0KEN-of-the-test");
  const std::string body = "bad token: Bearer T0KEN-of-the-test";
  EXPECT_EQ("HTTP 401: bad token: Bearer [redacted]",
            Judge(ChannelKind::kWebhook, Answer(401, "", body), kNow, redactor).detail);
  const Status refused(Code::kError, "the mail server refused: T0KEN-of-the-test");
  EXPECT_EQ("error: the mail server refused: [redacted]",
            Judge(ChannelKind::kSmtp, refused, kNow, redactor).detail);
  const std::string at_the_cut = std::string(190, 'x') + "T0KEN-of-the-test";
  EXPECT_EQ(std::string::npos,
            Judge(ChannelKind::kWebhook, Answer(401, "", at_the_cut), kNow, redactor).detail.find("T0KEN"));
}

TEST(JudgeTest, WhatTheOtherSideSaysIsShownOnOneLineAndCutOff) {
  const std::string body = "no\nsuch\x1b[31m hook" + std::string(5000, 'x');
  const std::string detail = Judge(ChannelKind::kWebhook, Answer(404, "", body), kNow, Redactor()).detail;
  EXPECT_TRUE(detail.starts_with("HTTP 404: no such")) << detail;
  EXPECT_EQ(std::string::npos, detail.find('\x1b'));
  EXPECT_EQ(std::string::npos, detail.find('\n'));
  EXPECT_LT(detail.size(), 300U);
}

TEST(JudgeTest, ALongRetryAfterEndsTheDelivery) {
  EXPECT_EQ(Verdict::kAgain, Judge(ChannelKind::kWebhook, Answer(429, "900"), kNow, Redactor()).verdict);
  const Judgement judgement = Judge(ChannelKind::kWebhook, Answer(429, "901"), kNow, Redactor());
  EXPECT_EQ(Verdict::kGiveUp, judgement.verdict);
  EXPECT_NE(std::string::npos, judgement.detail.find("asks to wait 15m1s")) << judgement.detail;
}

TEST(RetryAfterTest, SecondsAndDates) {
  EXPECT_EQ(microseconds(seconds(7)), ReadRetryAfter("7", kNow));
  EXPECT_EQ(microseconds(0), ReadRetryAfter("-5", kNow));
  EXPECT_EQ(microseconds(seconds(30)), ReadRetryAfter("Sat, 21 Nov 2026 09:00:30 GMT", kNow));
  EXPECT_EQ(microseconds(0), ReadRetryAfter("Sat, 21 Nov 2026 08:00:00 GMT", kNow));
  for (const char* const bad : {"", "soon", "7s", "Sat, 21 Nov 2026 09:00:30 GMT+1"}) {
    EXPECT_EQ(std::nullopt, ReadRetryAfter(bad, kNow)) << bad;
  }
}

TEST(PauseTest, DoublesUpToTheCapAndEnds) {
  const RetryRule rule{6, seconds(1), seconds(5)};
  Judgement again;
  again.verdict = Verdict::kAgain;
  EXPECT_EQ(microseconds(seconds(1)), PauseBefore(2, rule, again));
  EXPECT_EQ(microseconds(seconds(2)), PauseBefore(3, rule, again));
  EXPECT_EQ(microseconds(seconds(4)), PauseBefore(4, rule, again));
  EXPECT_EQ(microseconds(seconds(5)), PauseBefore(5, rule, again));
  EXPECT_EQ(microseconds(seconds(5)), PauseBefore(6, rule, again));
  EXPECT_EQ(std::nullopt, PauseBefore(7, rule, again));
  again.retry_after = seconds(20);
  EXPECT_EQ(microseconds(seconds(20)), PauseBefore(2, rule, again));
  Judgement over;
  over.verdict = Verdict::kGiveUp;
  EXPECT_EQ(std::nullopt, PauseBefore(2, rule, over));
}

}  // namespace
}  // namespace upkeep::notify
