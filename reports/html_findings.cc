// SPDX-License-Identifier: Apache-2.0
//
// The sections about what was found: what needs somebody, what was accepted, what is gone again.
#include <algorithm>
#include <string>
#include <utility>

#include "reports/html_page.h"
#include "reports/looked_at.h"
#include "reports/what_helps.h"

namespace upkeep::reports {
namespace {

/// Findings that one sentence helps: the same check on the same target, in the same state.
bool Together(const ResultRow& a, const ResultRow& b) {
  return a.state == b.state && a.playbook == b.playbook && a.target == b.target && a.title == b.title;
}

}  // namespace

void HtmlPage::Finding(const ResultRow& row, bool with_help) {
  html_.Open("li", {{"data-subject", row.subject}});
  html_.Open("h4").Text(row.subject);
  if (!row.severity.empty()) html_.Text(" ").Element("span", row.severity, {{"class", "tag"}});
  std::string change(SayChange(row.change, language_));
  if (row.seen > 1) change += " " + std::to_string(row.seen);
  if (!change.empty()) html_.Text(" ").Element("span", change, {{"class", "tag"}});
  if (!row.first_seen.empty()) {
    html_.Text(" ").Element("span", Say_(Word::kSince) + " " + Time(row.first_seen), {{"class", "since"}});
  }
  html_.Close();
  std::string summary = row.summary.In(language_);
  if (row.state == checks::State::kUnknown) summary = SayReason(row.reason, language_) + ": " + summary;
  html_.Element("p", summary);
  if (const std::string help = SayWhatHelps(row, language_); with_help && !help.empty()) {
    html_.Element("p", Say_(Word::kFix) + ": " + help, {{"class", "facts"}});
  }
  if (!row.remedy.empty()) {
    html_.Element("p", Say_(Word::kRemedy) + ": " + row.remedy, {{"class", "facts"}});
  }
  if (!row.data.empty() && row.data != "null") {
    html_.Open("details").Element("summary", Say(Word::kDetails, language_)).Element("pre", row.data).Close();
  }
  html_.Close();
}

void HtmlPage::Attention() {
  Section(Word::kNeedsYou, "attention", static_cast<std::int64_t>(model_.attention.size()));
  if (model_.attention.empty()) html_.Element("p", SayNothingNeedsYou(model_, language_));
  const std::vector<ResultRow>& rows = model_.attention;
  for (std::size_t first = 0; first < rows.size();) {
    const ResultRow& row = rows[first];
    std::size_t end = first + 1;
    while (end < rows.size() && Together(row, rows[end])) ++end;
    const std::string state(checks::StateName(row.state));
    html_.Open("article", {{"class", state}, {"data-playbook", row.playbook}, {"data-target", row.target}});
    html_.Open("h3").Element("span", SayState(row.state, language_), {{"class", "state " + state}});
    html_.Text(" " + row.title.In(language_) + " · " + row.target);
    if (end - first > 1) html_.Text(" (" + std::to_string(end - first) + ")");
    html_.Close().Open("ul", {{"class", "findings"}});
    // Said once where it is the same for all of them.
    const std::string help = SayWhatHelps(row, language_);
    const bool each = std::any_of(&row, &row + (end - first), [&](const ResultRow& one) {
      return SayWhatHelps(one, language_) != help;
    });
    for (std::size_t i = first; i < end; ++i) Finding(rows[i], each);
    html_.Close().Open("dl", {{"class", "facts"}});
    if (!each) Fact(Say_(Word::kFix), help);
    Fact(Say_(Word::kOwner), row.owner);
    RunbookFact(row.runbook);
    html_.Close().Close();
    first = end;
  }
  EndSection();
}

void HtmlPage::ResultTable(Word word, const char* id, const std::vector<ResultRow>& rows, bool waived) {
  if (rows.empty()) return;
  Section(word, id, static_cast<std::int64_t>(rows.size()));
  std::vector<Column> columns = {Say_(Word::kSubject), Say_(Word::kTarget)};
  if (waived) columns.emplace_back(Say_(Word::kState));
  columns.emplace_back(Say_(Word::kReason), waived ? "long" : "word");
  columns.emplace_back(Say_(Word::kSummary), "long");
  if (waived) {
    columns.emplace_back(Say_(Word::kOwner));
    columns.emplace_back(Say_(Word::kExpires), "time");
  }
  BeginTable(std::move(columns), Say_(word));
  for (const ResultRow& row : rows) {
    std::vector<Cell> cells = {{row.subject, ""}, {row.target, ""}};
    if (waived) cells.push_back(State(row.state));
    cells.push_back({waived ? row.waiver_reason : SayReason(row.reason, language_), ""});
    cells.push_back({row.summary.In(language_), ""});
    if (waived) {
      cells.push_back({row.waiver_owner, ""});
      cells.push_back({Time(row.waiver_expires), ""});
    }
    Row(cells);
  }
  EndTable();
  EndSection();
}

void HtmlPage::Resolved() {
  if (model_.resolved.empty()) return;
  Section(Word::kResolvedTitle, "resolved", static_cast<std::int64_t>(model_.resolved.size()));
  BeginTable({Say_(Word::kSubject), Say_(Word::kTarget), Say_(Word::kCheck), {Say_(Word::kSince), "time"},
              {Say_(Word::kResolved), "time"}, {Say_(Word::kOutcome), "long"}},
             Say_(Word::kResolvedTitle));
  for (const ResolvedRow& row : model_.resolved) {
    Row({{row.subject, ""}, {row.target, ""}, {row.title.In(language_), ""}, {Time(row.first_seen), ""},
         {Time(row.resolved_at), ""}, {Say_(row.verified ? Word::kVerifiedByCheck : Word::kNotVerified), ""}});
  }
  EndTable();
  EndSection();
}

}  // namespace upkeep::reports
