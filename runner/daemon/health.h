// SPDX-License-Identifier: Apache-2.0
//
// How the daemon is: what its loop says while it turns, for /livez, /readyz and /metrics, which
// are answered on other threads. Counters begin at 0 with the process.
//
// THREADS: any.

#ifndef UPKEEP_RUNNER_DAEMON_HEALTH_H_
#define UPKEEP_RUNNER_DAEMON_HEALTH_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/status.h"

namespace upkeep::daemon {

class Health {
 public:
  /// The loop counts as hung when it has not turned for `patience`.
  explicit Health(std::chrono::milliseconds patience = std::chrono::seconds(30))
      : patience_(patience), turned_(std::chrono::steady_clock::now()) {}

  // ---- What the loop says ----
  void Turned();
  void LockHeld(bool held);
  /// Schedules were read: so many, and so many in quarantine.
  void Loaded(std::size_t schedules, std::size_t quarantined);
  void ReloadFailed();
  /// What became of the last thing that was written into the store.
  void Stored(const Status& status);
  void InFlight(std::size_t runs);
  void Missed(std::int64_t slots);
  /// A slot was claimed so long after it was to start.
  void Started(std::chrono::microseconds skew);
  void Succeeded(const std::string& schedule, Instant at);
  void Ending();

  // ---- What others ask ----
  Status Live() const;
  /// Schedules are loaded, the lock is held, the store took what was written last, and it is not
  /// ending. Whether the store can be written at this moment is for the caller to try.
  Status Ready() const;
  /// In Prometheus' text format, each family whole.
  std::string Metrics() const;

 private:
  static constexpr std::array<double, 12> kBuckets = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                      0.5,   1,    5,     30,   60,  300};

  mutable std::mutex mutex_;
  const std::chrono::milliseconds patience_;
  std::chrono::steady_clock::time_point turned_;
  bool lock_held_ = false, loaded_ = false, ending_ = false;
  Status stored_;
  std::size_t schedules_ = 0, quarantined_ = 0, in_flight_ = 0;
  std::uint64_t reloads_ = 0, reload_errors_ = 0;
  std::int64_t missed_ = 0;
  std::array<std::uint64_t, kBuckets.size() + 1> skews_{};   ///< The last: beyond all.
  double skew_sum_ = 0;
  std::map<std::string, Instant> succeeded_;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_HEALTH_H_
