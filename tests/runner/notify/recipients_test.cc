// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/recipients.h"

#include <gtest/gtest.h>

namespace upkeep::notify {
namespace {

using Addresses = std::vector<std::string>;

Judgement Try(Recipients& recipients, std::vector<int> each) {
  io::TransferResponse answer;
  answer.status = 250;
  answer.recipients = std::move(each);
  Judgement judgement;
  judgement.verdict = Verdict::kSent;
  judgement.detail = "SMTP 250";
  recipients.Take(answer, judgement);
  return judgement;
}

TEST(RecipientsTest, WhatAllTookIsSent) {
  Recipients recipients({"a@x", "b@x"});
  const Judgement judgement = Try(recipients, {250, 251});
  EXPECT_EQ(Verdict::kSent, judgement.verdict);
  EXPECT_EQ("SMTP 250", judgement.detail);
  EXPECT_TRUE(recipients.Left().empty());
  Recipients unheard({"a@x", "b@x"});
  EXPECT_EQ(Verdict::kSent, Try(unheard, {}).verdict);
}

TEST(RecipientsTest, OneThatIsRefusedIsSaidByItsNumberAlone) {
  Recipients recipients({"a@x", "gone@x", "c@x"});
  const Judgement judgement = Try(recipients, {250, 550, 250});
  EXPECT_EQ(Verdict::kGiveUp, judgement.verdict);
  EXPECT_EQ("sent to 2 of 3; refused by number: 2 (SMTP 550)", judgement.detail);
}

TEST(RecipientsTest, OnlyOneThatIsToComeLaterIsTriedAgain) {
  Recipients recipients({"a@x", "gone@x", "later@x"});
  Judgement judgement = Try(recipients, {250, 550, 451});
  EXPECT_EQ(Verdict::kAgain, judgement.verdict);
  EXPECT_EQ("sent to 1 of 3; refused by number: 2 (SMTP 550), 3 (SMTP 451)", judgement.detail);
  EXPECT_EQ(Addresses({"later@x"}), recipients.Left());

  judgement.verdict = Verdict::kAgain;
  judgement.detail = "busy: the mail server refused: RCPT failed: 451";
  recipients.Take(Status(Code::kBusy, "the mail server refused: RCPT failed: 451"), judgement);
  EXPECT_EQ(Verdict::kAgain, judgement.verdict);
  EXPECT_EQ("sent to 1 of 3; refused by number: 2 (SMTP 550), 3 (SMTP 451); busy: the mail server refused: "
            "RCPT failed: 451", judgement.detail);
  EXPECT_EQ(Addresses({"later@x"}), recipients.Left());

  judgement = Try(recipients, {250});
  EXPECT_EQ(Verdict::kGiveUp, judgement.verdict);
  EXPECT_EQ("sent to 2 of 3; refused by number: 2 (SMTP 550)", judgement.detail);
}

TEST(RecipientsTest, WhereNobodyGotItTheServersWordStands) {
  Recipients recipients({"a@x", "b@x"});
  Judgement judgement;
  judgement.verdict = Verdict::kAgain;
  judgement.detail = "unreachable: x";
  recipients.Take(Status(Code::kUnreachable, "x"), judgement);
  EXPECT_EQ(Verdict::kAgain, judgement.verdict);
  EXPECT_EQ("unreachable: x", judgement.detail);
  EXPECT_EQ(Addresses({"a@x", "b@x"}), recipients.Left());
}

}  // namespace
}  // namespace upkeep::notify
