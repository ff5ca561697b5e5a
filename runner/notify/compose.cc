// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/compose.h"

#include <algorithm>

#include "base/value.h"
#include "reports/local_time.h"
#include "reports/render.h"
#include "reports/words.h"

namespace upkeep::notify {
namespace {

/// The local date on which the period begins, as the report's zone has it.
std::string StartDate(const reports::ReportModel& model) {
  const std::string date = reports::LocalTime(model.zone).Date(model.period_start);
  return date.empty() ? model.period_start.substr(0, 10) : date;
}

std::string What(const reports::ReportModel& model) {
  if (model.kind == reports::ReportKind::kRun) {
    return model.run_ids.empty() ? "0" : model.run_ids.front();
  }
  return StartDate(model);
}

std::string Title(const reports::ReportModel& model, const std::string& language) {
  const bool korean = language == "ko";
  const auto word = [&](const char* en, const char* ko) { return std::string(korean ? ko : en); };
  std::string title = "upkeep ";
  switch (model.kind) {
    case reports::ReportKind::kRun: title += word("run ", "실행 "); break;
    case reports::ReportKind::kDaily: title += word("daily report ", "일일 점검 보고서 "); break;
    case reports::ReportKind::kWeekly: title += word("weekly report ", "주간 점검 보고서 "); break;
    case reports::ReportKind::kMonthly: title += word("monthly report ", "월간 점검 보고서 "); break;
    case reports::ReportKind::kQuarterly: title += word("quarterly report ", "분기 점검 보고서 "); break;
  }
  const std::string critical = std::to_string(model.totals.critical), warning = std::to_string(model.totals.warning),
                    unknown = std::to_string(model.totals.unknown);
  const bool quarter = model.kind == reports::ReportKind::kQuarterly;
  title += (quarter ? reports::SayQuarter(StartDate(model), language) : What(model)) + ": ";
  return title + (korean ? "심각 " + critical + ", 경고 " + warning + ", 확인 불가 " + unknown
                         : critical + " critical, " + warning + " warning, " + unknown + " unknown");
}

std::string ContentType(const std::string& format) {
  if (format == "html") return "text/html; charset=utf-8";
  if (format == "md") return "text/markdown; charset=utf-8";
  return "application/json";
}

}  // namespace

store::RunId RunOf(const reports::ReportModel& model) {
  if (model.kind != reports::ReportKind::kRun) return 0;
  const std::string number = What(model);
  const bool fits = number.find_first_not_of("0123456789") == std::string::npos && number.size() <= 18;
  return fits ? std::stoll(number) : 0;
}

std::string KindName(reports::ReportKind kind) {
  switch (kind) {
    case reports::ReportKind::kRun: return "run";
    case reports::ReportKind::kDaily: return "daily";
    case reports::ReportKind::kWeekly: return "weekly";
    case reports::ReportKind::kMonthly: return "monthly";
    case reports::ReportKind::kQuarterly: return "quarterly";
  }
  return "run";
}

Result<Message> Compose(const Channel& channel, const reports::ReportModel& model,
                        const std::string& language) {
  const std::string& spoken = channel.language.empty() ? language : channel.language;
  const std::string kind = KindName(model.kind);
  const bool findings = channel.content == "findings";
  Message message;
  message.subject = findings ? "findings" : "report " + kind;
  message.run = RunOf(model);
  message.title = Title(model, spoken);
  message.key = (findings ? "findings/" : "") + kind + "/" + What(model) + "." + channel.format;
  message.content_type = ContentType(channel.format);
  reports::RenderOptions options;
  options.language = spoken;
  if (findings) {
    message.body = RenderFindings(model, spoken);
  } else {
    Result<std::string> rendered = reports::Render(channel.format, model, options);
    if (!rendered.ok()) return rendered.status();
    message.body = std::move(*rendered);
  }
  if (channel.kind == ChannelKind::kSmtp) {
    Result<std::string> text = reports::Render("md", model, options);
    if (!text.ok()) return text.status();
    message.text = std::move(*text);
  }
  // A report lists deliveries, and each is in the ledger, so each makes another report of it: what
  // the key is made of does not change.
  reports::ReportModel undelivered = model;
  undelivered.deliveries.clear();
  undelivered.ledger_head.clear();
  Result<std::string> lasting = reports::Render("json", undelivered, options);
  if (!lasting.ok()) return lasting.status();
  constexpr std::size_t kKeyDigits = 40;
  message.idempotency_key =
      Sha256Hex(channel.name + "\n" + message.key + "\n" + Sha256Hex(*lasting)).substr(0, kKeyDigits);
  return message;
}

}  // namespace upkeep::notify
