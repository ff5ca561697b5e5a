// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/health.h"

#include <algorithm>
#include <cstdio>

#include "runner/daemon/prometheus.h"

namespace upkeep::daemon {
namespace {

using std::chrono::duration;

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

void Single(std::string& text, const char* name, const char* help, const char* type,
            const std::string& value) {
  OpenFamily(text, name, help, type);
  text += std::string(name) + " " + value + "\n";
}

}  // namespace

void Health::Turned() {
  const std::lock_guard lock(mutex_);
  turned_ = std::chrono::steady_clock::now();
}

void Health::LockHeld(bool held) {
  const std::lock_guard lock(mutex_);
  lock_held_ = held;
}

void Health::Loaded(std::size_t schedules, std::size_t quarantined) {
  const std::lock_guard lock(mutex_);
  loaded_ = true;
  schedules_ = schedules;
  quarantined_ = quarantined;
  ++reloads_;
}

void Health::ReloadFailed() {
  const std::lock_guard lock(mutex_);
  ++reload_errors_;
}

void Health::Stored(const Status& status) {
  const std::lock_guard lock(mutex_);
  stored_ = status.code() == Code::kStore ? status : Status::Ok();   // Others are no fault of it.
}

void Health::InFlight(std::size_t runs) {
  const std::lock_guard lock(mutex_);
  in_flight_ = runs;
}

void Health::Missed(std::int64_t slots) {
  const std::lock_guard lock(mutex_);
  missed_ += slots;
}

void Health::Started(std::chrono::microseconds skew) {
  const std::lock_guard lock(mutex_);
  const double seconds = std::max(0.0, duration<double>(skew).count());
  const auto bucket = std::lower_bound(kBuckets.begin(), kBuckets.end(), seconds);
  ++skews_[static_cast<std::size_t>(bucket - kBuckets.begin())];
  skew_sum_ += seconds;
}

void Health::Succeeded(const std::string& schedule, Instant at) {
  const std::lock_guard lock(mutex_);
  Instant& newest = succeeded_[schedule];
  newest = std::max(newest, at);
}

void Health::Ending() {
  const std::lock_guard lock(mutex_);
  ending_ = true;
}

Status Health::Live() const {
  const std::lock_guard lock(mutex_);
  const auto still = std::chrono::steady_clock::now() - turned_;
  if (still <= patience_) return Status::Ok();
  return Status(Code::kTimeout,
                "the daemon's loop has not turned for " +
                    FormatDuration(std::chrono::floor<std::chrono::seconds>(still)));
}

Status Health::Ready() const {
  const std::lock_guard lock(mutex_);
  if (ending_) return Status(Code::kCancelled, "the daemon is ending");
  if (!lock_held_) return Status(Code::kBusy, "the daemon does not hold the store's lock");
  if (!loaded_) return Status(Code::kNoData, "no schedules are loaded");
  return stored_;
}

std::string Health::Metrics() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  Single(text, "upkeep_schedules", "Schedules that the daemon has loaded.", "gauge",
         std::to_string(schedules_));
  Single(text, "upkeep_schedules_quarantined", "Schedules and files that could not be read.", "gauge",
         std::to_string(quarantined_));
  Single(text, "upkeep_reloads_total", "How often files were read.", "counter",
         std::to_string(reloads_));
  Single(text, "upkeep_reload_errors_total", "How often reading them failed; the old state stayed.",
         "counter", std::to_string(reload_errors_));
  Single(text, "upkeep_runs_in_flight", "Runs that go on now in the daemon.", "gauge",
         std::to_string(in_flight_));
  Single(text, "upkeep_missed_slots_total", "Slots that were booked as missed.", "counter",
         std::to_string(missed_));
  OpenFamily(text, "upkeep_start_skew_seconds", "How long after its start a slot was claimed.",
             "histogram");
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < skews_.size(); ++i) {
    count += skews_[i];
    const std::string bound = i < kBuckets.size() ? Number(kBuckets[i]) : "+Inf";
    text += "upkeep_start_skew_seconds_bucket{le=\"" + bound + "\"} " + std::to_string(count) + "\n";
  }
  text += "upkeep_start_skew_seconds_sum " + Number(skew_sum_) + "\n";
  text += "upkeep_start_skew_seconds_count " + std::to_string(count) + "\n";
  OpenFamily(text, "upkeep_schedule_last_success_timestamp_seconds",
             "When the newest run of the schedule ended that looked at something.", "gauge");
  for (const auto& [schedule, at] : succeeded_) {
    text += "upkeep_schedule_last_success_timestamp_seconds{schedule=\"" + LabelValue(schedule) +
            "\"} " +
            std::to_string(
                std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count()) +
            "\n";
  }
  return text;
}

}  // namespace upkeep::daemon
