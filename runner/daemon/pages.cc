// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/pages.h"

#include "base/clock.h"
#include "reports/html_style.h"
#include "reports/html_writer.h"
#include "reports/words.h"

namespace upkeep::daemon {
namespace {

using reports::HtmlWriter;

struct Words {
  std::string_view runs, none, latest, daily, monthly, pages, no_page;
  std::vector<std::string_view> columns;
};

const Words& PageWords(const std::string& language) {
  static const Words english = {
      "Runs", "Nothing has run yet.", "Latest report", "Today", "This month", "Pages", "There is no such page.",
      {"Run", "Started", "State", "Started by", "Targets"}};
  static const Words korean = {
      "실행 기록", "아직 실행된 점검이 없습니다.", "최신 보고서", "오늘", "이번 달", "페이지", "없는 페이지입니다.",
      {"실행", "시작", "상태", "실행 주체", "대상"}};
  return language == "ko" ? korean : english;
}

constexpr checks::State kCounted[] = {checks::State::kCritical, checks::State::kWarning, checks::State::kUnknown,
                                      checks::State::kOk};

std::string StateWord(store::RunState state, const std::string& language) {
  if (language != "ko") return std::string(store::RunStateName(state));
  switch (state) {
    case store::RunState::kRunning: return "실행 중";
    case store::RunState::kFinished: return "완료";
    case store::RunState::kCancelled: return "취소됨";
    case store::RunState::kInterrupted: return "중단됨";
  }
  return "";
}

void Begin(HtmlWriter& page, const std::string& title, const std::string& language, std::string_view style) {
  page.Constant("<!doctype html>\n").Open("html", {{"lang", language == "ko" ? "ko" : "en"}}).Open("head");
  page.Constant("<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                "<link rel=\"icon\" href=\"data:,\">");
  page.Element("title", title + " · upkeep").Constant("<style>").Constant(reports::kHtmlStyle).Constant(style);
  page.Constant("</style>").Close().Open("body");
  page.Open("nav", {{"aria-label", PageWords(language).pages}}).Open("ul");
  for (const auto& [path, word] : PageLinks(language)) {
    page.Open("li").Element("a", word, {{"href", path}}).Close();
  }
  page.Close().Close().Open("main").Element("h1", title);
}

std::string End(HtmlWriter& page) {
  page.Close().Close().Close().Constant("\n");
  return page.Take();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> PageLinks(const std::string& language) {
  const Words& words = PageWords(language);
  const std::string query = language == "ko" ? "?lang=ko" : "?lang=en";
  return {{"/" + query, std::string(words.latest)},
          {"/report/daily" + query, std::string(words.daily)},
          {"/report/monthly" + query, std::string(words.monthly)},
          {"/runs" + query, std::string(words.runs)}};
}

std::string RunsPage(const std::vector<store::RunRecord>& runs, const std::string& language) {
  const Words& words = PageWords(language);
  std::vector<std::string> heads(words.columns.begin(), words.columns.end());
  for (const checks::State state : kCounted) heads.emplace_back(reports::SayState(state, language));
  // On a narrow window each cell says what it is.
  std::string style = "@media (max-width:40rem){";
  for (std::size_t i = 1; i < heads.size(); ++i) {
    style += "tbody tr>:nth-child(" + std::to_string(i + 1) + ")::before{content:\"" + heads[i] + ": \"}";
  }
  style += "}tbody th,.n{white-space:nowrap;min-width:0}.n{text-align:right!important}@media (max-width:40rem){.n{text-align:left!important}}";
  HtmlWriter page;
  Begin(page, std::string(words.runs), language, style);
  if (runs.empty()) {
    page.Element("p", words.none);
    return End(page);
  }
  page.Open("div", {{"class", "wide"}}).Open("table").Element("caption", words.runs).Open("thead").Open("tr");
  for (std::size_t i = 0; i < heads.size(); ++i) {
    page.Element("th", heads[i], {{"scope", "col"}, {"class", i >= words.columns.size() ? "n" : "word"}});
  }
  page.Close().Close().Open("tbody");
  for (const store::RunRecord& run : runs) {
    const std::string id = std::to_string(run.id);
    const reports::StateTotals& totals = run.summary.totals;
    std::string targets;
    for (const store::RunTarget& target : run.targets) {
      targets += (targets.empty() ? "" : ", ") + target.name;
    }
    page.Open("tr").Open("th", {{"scope", "row"}});
    page.Element("a", id, {{"href", "/runs/" + id + (language == "ko" ? "?lang=ko" : "?lang=en")}}).Close();
    page.Element("td", FormatRfc3339(std::chrono::floor<std::chrono::seconds>(run.started)));
    page.Element("td", StateWord(run.state, language));
    page.Element("td", run.schedule.empty() ? run.actor.name : run.schedule).Element("td", targets);
    const std::int64_t counts[] = {totals.critical, totals.warning, totals.unknown, totals.ok};
    for (std::size_t i = 0; i < std::size(counts); ++i) {
      const std::string state(checks::StateName(kCounted[i]));
      page.Element("td", std::to_string(counts[i]), {{"class", counts[i] == 0 ? "n none" : "n state " + state}});
    }
    page.Close();
  }
  page.Close().Close().Close();
  return End(page);
}

std::string MessagePage(const std::string& message, const std::string& hint,
                        const std::string& language) {
  HtmlWriter page;
  Begin(page, message, language, "");
  if (!hint.empty()) page.Element("p", hint);
  return End(page);
}

std::string NoSuchPage(const std::string& language) {
  return MessagePage(std::string(PageWords(language).no_page), "", language);
}

}  // namespace upkeep::daemon
