// SPDX-License-Identifier: Apache-2.0
//
// The list on the terminal: what needs somebody first, then one line a check.
#include <algorithm>

#include "base/terminal_text.h"
#include "reports/looked_at.h"
#include "reports/renderers.h"
#include "reports/what_helps.h"
#include "reports/words.h"

namespace upkeep::reports {
namespace {

std::string_view ColorOf(checks::State state) {
  switch (state) {
    case checks::State::kCritical: return "\033[1;31m";
    case checks::State::kWarning: return "\033[33m";
    case checks::State::kUnknown: return "\033[35m";
    case checks::State::kOk: return "\033[32m";
    case checks::State::kSkipped: return "\033[2m";
  }
  return "";
}

std::string Colored(std::string text, checks::State state, bool color) {
  return color ? std::string(ColorOf(state)) + text + "\033[0m" : text;
}

constexpr int kStateColumns = 10, kSeverityColumns = 4;

void AddResults(std::string& out, const std::vector<ResultRow>& rows, const RenderOptions& options,
                bool wide) {
  std::string said;   // Of a dead target every check is unknown, and the same helps all of them.
  for (const ResultRow& row : rows) {
    const std::string_view change = SayChange(row.change, options.language);
    out += Colored(Padded(std::string(SayState(row.state, options.language)), kStateColumns), row.state,
                   options.color);
    out += Padded(row.severity, kSeverityColumns);
    const bool unknown = row.state == checks::State::kUnknown;
    std::string head = OneLine(row.subject) + "  (" + OneLine(row.target) + ")";
    // Its subject is what could not be looked at, which says little of what was to be learned; wide names each check.
    if (unknown && !wide) head += "  " + row.playbook;
    if (!change.empty()) {
      head += "  " + std::string(change);
      if (row.seen > 1) head += "(" + std::to_string(row.seen) + ")";
    }
    out += Wrapped(head, options.columns, kStateColumns + kSeverityColumns) + "\n";
    const std::string indent(kStateColumns, ' ');
    std::string summary = OneLine(row.summary.In(options.language));
    if (unknown || row.state == checks::State::kSkipped) {
      summary = OneLine(SayReason(row.reason, options.language)) + ": " + summary;
    }
    out += indent + Wrapped(summary, options.columns, kStateColumns) + "\n";
    const std::string help = OneLine(SayWhatHelps(row, options.language));
    if ((unknown ? help != said : wide) && !help.empty()) {
      out += indent + "-> " + Wrapped(help, options.columns, kStateColumns + 3) + "\n";
    }
    said = unknown ? help : "";
    if (wide) {
      std::string source = row.playbook + "  " + row.owner + "  " + row.runbook;
      if (!row.remedy.empty()) source += "  " + std::string(Say(Word::kRemedy, options.language)) + ": " + row.remedy;
      out += indent + Wrapped(OneLine(source), options.columns, kStateColumns) + "\n";
    }
  }
}

/// What became of the planned runs: "Carried out 1/4 (late 1) · missed 2 · paused 1".
std::string PlannedRuns(const SlotTotals& slots, const std::string& language) {
  const auto count = [&](Word word, std::int64_t number) {
    std::string name(Say(word, language));
    if (name.front() >= 'A' && name.front() <= 'Z') name.front() += 'a' - 'A';
    return name + " " + std::to_string(number);
  };
  std::string said = std::string(Say(Word::kOperated, language)) + " " +
                     std::to_string(slots.on_time + slots.late) + "/" + std::to_string(slots.due);
  if (slots.late > 0) said += " (" + count(Word::kLate, slots.late) + ")";
  const std::pair<Word, std::int64_t> parts[] = {
      {Word::kMissed, slots.missed}, {Word::kCancelled, slots.cancelled},
      {Word::kBlackout, slots.blackout}, {Word::kOverlapped, slots.overlapped}, {Word::kPaused, slots.paused},
      {Word::kInterrupted, slots.interrupted}, {Word::kSuperseded, slots.superseded},
      {Word::kInFlight, slots.in_flight}};
  for (const auto& [word, number] : parts) {
    if (number > 0) said += " · " + count(word, number);
  }
  return said;
}

}  // namespace

std::string RenderTable(const ReportModel& model, const RenderOptions& options, bool wide) {
  const std::string& language = options.language;
  std::string out;
  if (model.attention.empty()) {
    out += std::string(SayNothingNeedsYou(model, language)) + "\n";
  } else {
    out += std::string(Say(Word::kNeedsYou, language)) + " (" + std::to_string(model.attention.size()) + ")\n\n";
    AddResults(out, model.attention, options, wide);
  }
  if (!model.waived.empty()) {
    out += "\n" + std::string(Say(Word::kWaived, language)) + " (" + std::to_string(model.waived.size()) + ")\n";
    if (wide) AddResults(out, model.waived, options, false);
  }
  if (!model.checks.empty()) out += "\n" + std::string(Say(Word::kChecks, language)) + "\n";
  int widest = 0, widest_target = 0;
  for (const CheckRow& row : model.checks) {
    widest = std::max(widest, DisplayWidth(row.playbook));
    widest_target = std::max(widest_target, DisplayWidth(OneLine(row.target)));
  }
  // One long name must not push every other row out of the window.
  widest_target = std::min(widest_target, std::max(12, options.columns - kStateColumns - widest - 24));
  for (const CheckRow& row : model.checks) {
    out += Colored(Padded(std::string(SayState(row.state, language)), 10), row.state, options.color);
    // The gap is no part of the column: a name that is longer than it has one, too.
    std::string line = Padded(row.playbook, widest) + "  " + Padded(OneLine(row.target), widest_target) + "  ";
    if (row.state == checks::State::kUnknown || row.state == checks::State::kSkipped) {
      line += OneLine(SayReason(row.reason, language));
    } else {
      line += std::to_string(row.observed) + "/" + std::to_string(row.attempted);
    }
    if (wide) line += "  " + std::to_string(row.milliseconds) + " ms  " + OneLine(row.title.In(language));
    out += Wrapped(line, options.columns, kStateColumns) + "\n";
  }
  const auto alarm = [&](Word what, const std::vector<std::string>& targets) {
    for (const std::string& target : targets) out += "\n! " + std::string(Say(what, language)) + ": " + OneLine(target);
  };
  alarm(Word::kTlsNotVerified, model.unverified_tls);
  alarm(Word::kNoCheckIsFor, model.not_looked_at);
  if (!model.unverified_tls.empty() || !model.not_looked_at.empty()) out += "\n";
  const auto count = [&](std::string_view name, std::int64_t number) {
    return std::string(name) + " " + std::to_string(number);
  };
  const std::string totals[] = {
      count(SayState(checks::State::kCritical, language), model.totals.critical) + " · " +
          count(SayState(checks::State::kWarning, language), model.totals.warning) + " · " +
          count(SayState(checks::State::kUnknown, language), model.totals.unknown) + " · " +
          count(SayState(checks::State::kOk, language), model.totals.ok) + " · " +
          count(SayState(checks::State::kSkipped, language), model.totals.skipped),
      count(Say(Word::kNew, language), model.new_findings) + " · " +
          count(Say(Word::kRecurring, language), model.recurring_findings) + " · " +
          count(Say(Word::kRegressed, language), model.regressed_findings) + " · " +
          count(Say(Word::kResolved, language), model.resolved_findings),
      std::string(Say(Word::kCoverage, language)) + " " + std::to_string(model.observed) + "/" +
          std::to_string(model.attempted)};
  // What belongs together stays on one line.
  int at = 0;
  for (const std::string& part : totals) {
    const bool fits = at > 0 && at + 3 + DisplayWidth(part) <= options.columns;
    out += (fits ? "   " : "\n") + part;
    at = (fits ? at + 3 : 0) + DisplayWidth(part);
  }
  out += "\n";
  if (model.slots.due > 0) out += Wrapped(PlannedRuns(model.slots, language), options.columns, 0) + "\n";
  return out;
}

}  // namespace upkeep::reports
