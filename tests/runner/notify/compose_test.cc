// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/compose.h"

#include <gtest/gtest.h>

#include "base/value.h"
#include "reports/render.h"

namespace upkeep::notify {
namespace {

reports::ReportModel Model() {
  reports::ReportModel model;
  model.kind = reports::ReportKind::kMonthly;
  model.generated_at = "2026-11-02T00:00:00Z";
  model.period_start = "2026-10-31T15:00:00Z";
  model.period_end = "2026-11-30T15:00:00Z";
  model.zone = "Asia/Seoul";
  model.run_ids = {"7", "8"};
  model.totals.critical = 1;
  reports::ResultRow row;
  row.playbook = "kubernetes.pods";
  row.target = "prod";
  row.subject = "shop/Pod/api";
  row.title = {"Pods run", "파드 상태"};
  row.summary = {"restarts <script>", "재시작"};
  row.state = checks::State::kCritical;
  row.change = "new";
  model.attention.push_back(row);
  return model;
}

TEST(ComposeTest, AReportIsTheRenderedBytes) {
  Channel channel;
  channel.name = "archive";
  channel.kind = ChannelKind::kS3;
  channel.format = "html";
  const Message message = Compose(channel, Model(), "en").value();
  EXPECT_EQ("report monthly", message.subject);
  EXPECT_EQ("monthly/2026-11-01.html", message.key) << "the date on which it begins in Seoul";
  EXPECT_EQ("text/html; charset=utf-8", message.content_type);
  EXPECT_EQ("upkeep monthly report 2026-11-01: 1 critical, 0 warning, 0 unknown", message.title);
  EXPECT_EQ(reports::Render("html", Model(), {}).value(), message.body);
  EXPECT_EQ(0, message.run);
}

TEST(ComposeTest, AQuarterIsCalledByItsNumberAndKeptUnderItsDate) {
  reports::ReportModel model = Model();
  model.kind = reports::ReportKind::kQuarterly;
  model.period_start = "2026-09-30T15:00:00Z";
  Channel channel;
  channel.format = "html";
  const Message message = Compose(channel, model, "en").value();
  EXPECT_EQ("upkeep quarterly report 2026 Q4: 1 critical, 0 warning, 0 unknown", message.title);
  EXPECT_EQ("quarterly/2026-10-01.html", message.key);
  EXPECT_EQ("upkeep 분기 점검 보고서 2026년 4분기: 심각 1, 경고 0, 확인 불가 0", Compose(channel, model, "ko")->title);
}

TEST(ComposeTest, AMailHasBothPartsInTheChannelsLanguage) {
  Channel channel;
  channel.kind = ChannelKind::kSmtp;
  channel.format = "html";
  channel.language = "ko";
  const Message message = Compose(channel, Model(), "en").value();
  reports::RenderOptions korean;
  korean.language = "ko";
  EXPECT_EQ(reports::Render("html", Model(), korean).value(), message.body);
  EXPECT_EQ(reports::Render("md", Model(), korean).value(), message.text);
  EXPECT_EQ("upkeep 월간 점검 보고서 2026-11-01: 심각 1, 경고 0, 확인 불가 0", message.title);
}

TEST(ComposeTest, FindingsSayWhatNeedsSomebody) {
  Channel channel;
  channel.content = "findings";
  reports::ReportModel model = Model();
  model.kind = reports::ReportKind::kRun;
  model.run_ids = {"12"};
  const Message message = Compose(channel, model, "ko").value();
  EXPECT_EQ("findings", message.subject);
  EXPECT_EQ(12, message.run);
  EXPECT_EQ("findings/run/12.json", message.key);
  const Value value = ParseJson(message.body).value();
  ASSERT_EQ(1U, value["findings"].size());
  EXPECT_EQ("critical", value["findings"][0]["state"]);
  EXPECT_EQ("shop/Pod/api", value["findings"][0]["subject"]);
  EXPECT_EQ("재시작", value["findings"][0]["summary"]);
  EXPECT_EQ(1, value["totals"]["critical"]);
}

TEST(ComposeTest, TheKeyIsTheSameForTheSameDeliveryOnly) {
  Channel channel;
  channel.name = "a";
  const std::string key = Compose(channel, Model(), "en").value().idempotency_key;
  EXPECT_EQ(key, Compose(channel, Model(), "en").value().idempotency_key);
  Channel other = channel;
  other.name = "b";
  EXPECT_NE(key, Compose(other, Model(), "en").value().idempotency_key);
  reports::ReportModel delivered = Model();
  delivered.deliveries.push_back({"webhook", "a", "sent", "2026-11-21T00:00:00Z", "HTTP 200", 1});
  delivered.ledger_head = "another";
  EXPECT_EQ(key, Compose(channel, delivered, "en").value().idempotency_key);
  reports::ReportModel changed = Model();
  changed.totals.warning = 5;
  EXPECT_NE(key, Compose(channel, changed, "en").value().idempotency_key);
}

}  // namespace
}  // namespace upkeep::notify
