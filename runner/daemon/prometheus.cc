// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/prometheus.h"

#include <map>
#include <utility>
#include <vector>

#include "base/version.h"

namespace upkeep::daemon {
namespace {

// Counts of slots are gauges over the last day: a scrape must not read years.
constexpr std::chrono::hours kSlotWindow{24};
constexpr std::int64_t kRunsLookedAt = 500;

void Family(std::string& text, const std::string& name, const std::string& help) {
  OpenFamily(text, name, help, "gauge");
}

std::string UnixSeconds(Instant at) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

void AddSlots(std::string& text, const reports::SlotTotals& totals) {
  Family(text, "upkeep_slots", "Slots planned in the last 24 hours, by state.");
  for (const auto& [state, count] : std::vector<std::pair<std::string, std::int64_t>>{
           {"on_time", totals.on_time}, {"late", totals.late}, {"missed", totals.missed},
           {"cancelled", totals.cancelled}, {"blackout", totals.blackout},
           {"overlapped", totals.overlapped}, {"paused", totals.paused},
           {"interrupted", totals.interrupted}, {"superseded", totals.superseded},
           {"in_flight", totals.in_flight}}) {
    text += "upkeep_slots{state=\"" + state + "\"} " + std::to_string(count) + "\n";
  }
  Family(text, "upkeep_slots_due", "Slots that were due in the last 24 hours: the sum of the above.");
  text += "upkeep_slots_due " + std::to_string(totals.due) + "\n";
}

void AddRuns(std::string& text, const std::vector<store::RunRecord>& runs) {
  std::map<std::string, const store::RunRecord*> newest;   // By schedule; "" are runs by hand.
  for (const store::RunRecord& run : runs) {
    if (run.finished) newest.try_emplace(run.schedule, &run);
  }
  Family(text, "upkeep_last_run_timestamp_seconds", "When the newest finished run ended.");
  for (const auto& [schedule, run] : newest) {
    text += "upkeep_last_run_timestamp_seconds{schedule=\"" + LabelValue(schedule) + "\"} " +
            UnixSeconds(*run->finished) + "\n";
  }
  Family(text, "upkeep_last_run_results", "Results of the newest finished run, by state.");
  for (const auto& [schedule, run] : newest) {
    const reports::StateTotals& totals = run->summary.totals;
    for (const auto& [state, count] : std::vector<std::pair<std::string, std::int64_t>>{
             {"critical", totals.critical}, {"warning", totals.warning},
             {"unknown", totals.unknown}, {"skipped", totals.skipped}, {"ok", totals.ok},
             {"waived", totals.waived}}) {
      text += "upkeep_last_run_results{schedule=\"" + LabelValue(schedule) + "\",state=\"" + state +
              "\"} " + std::to_string(count) + "\n";
    }
  }
}

}  // namespace

std::string LabelValue(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

void OpenFamily(std::string& text, const std::string& name, const std::string& help,
                const std::string& type) {
  text += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
}

Result<std::string> StoreMetrics(store::Store& store, Instant now) {
  const auto totals = store.CountSlots(now - kSlotWindow, now + std::chrono::microseconds(1), now);
  if (!totals.ok()) return totals.status();
  store::RunFilter filter;
  filter.limit = kRunsLookedAt;
  const auto runs = store.Runs(filter);
  if (!runs.ok()) return runs.status();
  const auto attempts = store.OpenAttempts();
  if (!attempts.ok()) return attempts.status();
  store::PauseFilter open_pauses;
  open_pauses.open_only = true;
  const auto pauses = store.Pauses(open_pauses);
  if (!pauses.ok()) return pauses.status();
  const auto head = store.Head();
  if (!head.ok()) return head.status();

  std::string text;
  Family(text, "upkeep_build_info", "The version that serves this.");
  text += "upkeep_build_info{version=\"" + std::string(Version()) + "\"} 1\n";
  AddSlots(text, *totals);
  AddRuns(text, *runs);
  Family(text, "upkeep_open_attempts", "Slots that somebody works on now.");
  text += "upkeep_open_attempts " + std::to_string(attempts->size()) + "\n";
  Family(text, "upkeep_pauses", "Pauses that hold now.");
  text += "upkeep_pauses " + std::to_string(pauses->size()) + "\n";
  Family(text, "upkeep_ledger_entries", "Entries of the ledger.");
  text += "upkeep_ledger_entries " + std::to_string(head->sequence) + "\n";
  return text;
}

}  // namespace upkeep::daemon
