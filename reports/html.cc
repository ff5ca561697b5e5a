// SPDX-License-Identifier: Apache-2.0
//
// One file that opens anywhere: no script, no request, style inside.
#include <string>

#include "reports/html_page.h"
#include "reports/html_style.h"
#include "reports/renderers.h"

namespace upkeep::reports {

Cell HtmlPage::State(checks::State state) const {
  return {std::string(SayState(state, language_)), "state " + std::string(checks::StateName(state))};
}

Cell HtmlPage::Count(std::int64_t number, const char* css) const {
  return {std::to_string(number), number == 0 ? "none" : css};
}

void HtmlPage::Section(Word word, const char* id, std::int64_t count) {
  section_ = id;
  std::string name = Say_(word);
  if (count >= 0) name += " (" + std::to_string(count) + ")";
  contents_.emplace_back("#" + section_, name);
  html_.Open("section", {{"id", id}}).Element("h2", name);
}

void HtmlPage::BeginTable(std::vector<Column> columns, const std::string& caption) {
  columns_ = std::move(columns);
  html_.Open("div", {{"class", "wide"}}).Open("table").Element("caption", caption).Open("thead").Open("tr");
  for (const Column& column : columns_) {
    html_.Element("th", column.head, {{"scope", "col"}, {"class", column.css}});
  }
  html_.Close().Close().Open("tbody");
  const std::string row = "#" + section_ + " tbody tr>:nth-child(";
  if (column_style_.find(row) != std::string::npos) return;   // Tables of one section have the same columns.
  std::string labels;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string place = row + std::to_string(i + 1) + ")";
    const std::string_view css = columns_[i].css;
    if (css == "number") column_style_ += place + "{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}";
    if (css == "long") column_style_ += place + "{overflow-wrap:anywhere;min-width:8.5rem}";
    if (css == "time") column_style_ += place + "{white-space:nowrap}";
    // Words of the catalogue: none has a quote or a backslash in it.
    if (i > 0) labels += place + "::before{content:\"" + columns_[i].head + ": \"}";
  }
  column_style_ += "@media (max-width:40rem){" + labels + "}\n";
}

void HtmlPage::Row(const std::vector<Cell>& cells) {
  html_.Open("tr");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Cell& cell = cells[i];
    if (i == 0) {
      html_.Element("th", cell.text, {{"scope", "row"}});
    } else if (cell.css.empty()) {
      html_.Element("td", cell.text);
    } else {
      html_.Element("td", cell.text, {{"class", cell.css}});
    }
  }
  html_.Close();
}

void HtmlPage::EndTable() { html_.Close().Close().Close(); }

void HtmlPage::Fact(const std::string& name, const std::string& value) {
  if (value.empty()) return;
  html_.Open("div").Element("dt", name).Element("dd", value).Close();
}

void HtmlPage::RunbookFact(const std::string& runbook) {
  if (runbook.empty()) return;
  html_.Open("div").Element("dt", Say(Word::kRunbook, language_)).Open("dd");
  // Whatever else it may be, it is shown and not followed.
  if (runbook.starts_with("https://") || runbook.starts_with("http://")) {
    html_.Element("a", runbook, {{"href", runbook}, {"rel", "noopener noreferrer"}});
  } else {
    html_.Element("code", runbook);
  }
  html_.Close().Close();
}

void HtmlPage::Title() {
  html_.Open("header").Element("h1", TitleOf(model_, language_));
  html_.Open("p", {{"class", "facts"}});
  if (!model_.period_start.empty()) {
    html_.Text(Say_(Word::kPeriod) + ": " + local_.Span(model_.period_start, model_.period_end) + " (" +
               model_.zone + ") · ");
  }
  html_.Text(Say_(Word::kGenerated) + ": " + Time(model_.generated_at)).Close();
  std::string targets;
  for (const std::string& target : model_.targets) targets += (targets.empty() ? "" : ", ") + target;
  if (!targets.empty()) html_.Element("p", Say_(Word::kTargets) + ": " + targets, {{"class", "facts"}});
  const auto alarm = [this](Word what, const std::vector<std::string>& these) {
    if (these.empty()) return;
    std::string names;
    for (const std::string& target : these) names += (names.empty() ? "" : ", ") + target;
    html_.Element("p", Say_(what) + ": " + names, {{"class", "alarm"}});
  };
  alarm(Word::kTlsNotVerified, model_.unverified_tls);
  alarm(Word::kNoCheckIsFor, model_.not_looked_at);
  html_.Close();
}

void HtmlPage::Tiles() {
  const auto tile = [&](std::string_view name, const std::string& value, std::string_view state) {
    html_.Open("li").Open("b", {{"class", "state " + std::string(state)}});
    // "1169/1175" breaks behind its slash, and within neither number.
    const std::size_t slash = value.find('/');
    html_.Text(value.substr(0, slash == std::string::npos ? slash : slash + 1));
    if (slash != std::string::npos) html_.Constant("<wbr>").Text(value.substr(slash + 1));
    html_.Close().Element("span", name).Close();
  };
  const auto state = [&](checks::State which, std::int64_t count) {
    tile(SayState(which, language_), std::to_string(count), count > 0 ? checks::StateName(which) : "none");
  };
  if (OfPeriod()) html_.Element("h2", Say(Word::kAtTheEnd, language_), {{"class", "quiet"}});
  html_.Open("ul", {{"class", "tiles"}});
  state(checks::State::kCritical, model_.totals.critical);
  state(checks::State::kWarning, model_.totals.warning);
  state(checks::State::kUnknown, model_.totals.unknown);
  state(checks::State::kOk, model_.totals.ok);
  state(checks::State::kSkipped, model_.totals.skipped);
  const auto waived = [&] { tile(Say(Word::kWaived, language_), std::to_string(model_.totals.waived), ""); };
  if (OfPeriod()) waived();
  html_.Close();
  if (OfPeriod()) html_.Element("h2", Say(Word::kInThePeriod, language_), {{"class", "quiet"}});
  html_.Open("ul", {{"class", "tiles"}});
  tile(Say(Word::kNew, language_), std::to_string(model_.new_findings), "");
  tile(Say(Word::kRecurring, language_), std::to_string(model_.recurring_findings), "");
  tile(Say(Word::kRegressed, language_), std::to_string(model_.regressed_findings), "");
  tile(Say(Word::kResolved, language_), std::to_string(model_.resolved_findings), "");
  if (!OfPeriod()) waived();
  tile(Say(Word::kCoverage, language_), std::to_string(model_.observed) + "/" + std::to_string(model_.attempted),
       model_.observed < model_.attempted ? "unknown" : "");
  if (OfPeriod()) {
    const std::int64_t operated = model_.slots.on_time + model_.slots.late;
    tile(Say(Word::kOperated, language_), std::to_string(operated) + "/" + std::to_string(model_.slots.due),
         operated < model_.slots.due ? "warning" : "");
  }
  html_.Close();
}

std::string HtmlPage::Head() const {
  HtmlWriter head;
  const std::string title = TitleOf(model_, language_);
  head.Constant("<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
  // Nothing may be fetched or run, whatever a name from a target tries.
  head.Constant("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">");
  head.Constant("<meta name=\"referrer\" content=\"no-referrer\"><link rel=\"icon\" href=\"data:,\">");
  head.Element("title", title + " · upkeep").Constant("<style>").Constant(kHtmlStyle);
  head.Constant(column_style_);
  // On paper each page says what it is of. The title holds words of ours and numbers.
  head.Constant("@page{@bottom-left{content:\"upkeep · " + title + "\"}}").Constant("</style>");
  return head.Take();
}

std::string HtmlPage::Navigation(Word name, const std::vector<std::pair<std::string, std::string>>& links) const {
  HtmlWriter nav;
  if (links.empty()) return "";
  nav.Open("nav", {{"aria-label", Say(name, language_)}}).Open("ul");
  for (const auto& [address, text] : links) {
    nav.Open("li").Element("a", text, {{"href", address}}).Close();
  }
  nav.Close().Close();
  return nav.Take();
}

std::string HtmlPage::Render() {
  Title();
  const std::string top = html_.Take();
  Tiles();
  if (!OfPeriod()) Attention();
  Slots();
  Missed();
  if (OfPeriod()) {
    Days();
    Actions();
    Attention();
  } else {
    Actions();
  }
  Resolved();
  ResultTable(Word::kWaived, "waived", model_.waived, true);
  ResultTable(Word::kNotLookedAt, "skipped", model_.skipped, false);
  Checks();
  if (!OfPeriod()) Days();
  Waivers();
  Deliveries();
  Metrics();
  const std::string sections = html_.Take();
  html_.Constant("<!doctype html>\n").Open("html", {{"lang", language_}}).Open("head").Constant(Head()).Close();
  html_.Open("body").Element("a", Say(Word::kSkip, language_), {{"class", "skip"}, {"href", "#main"}});
  html_.Constant(Navigation(Word::kPages, options_.links)).Constant(top).Constant(Navigation(Word::kContents, contents_));
  html_.Open("main", {{"id", "main"}}).Constant(sections).Close();
  html_.Open("footer").Text((model_.upkeep_version.empty() ? "" : "upkeep " + model_.upkeep_version + " · ") + Say_(Word::kLedger) + " ")
      .Element("code", model_.ledger_head).Close();
  html_.Close().Close().Constant("\n");
  return html_.Take();
}

std::string RenderHtml(const ReportModel& model, const RenderOptions& options) {
  return HtmlPage(model, options).Render();
}

}  // namespace upkeep::reports
