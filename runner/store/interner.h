// SPDX-License-Identifier: Apache-2.0
//
// Numbers for texts that come again and again: names, subjects, series, thresholds. Kept in
// memory as long as no transaction is rolled back, since a rollback takes numbers back.

#ifndef UPKEEP_RUNNER_STORE_INTERNER_H_
#define UPKEEP_RUNNER_STORE_INTERNER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "checks/model/result.h"
#include "runner/store/database.h"

namespace upkeep::store {

class Interner {
 public:
  explicit Interner(Database& database) : database_(database) {}

  /// Each makes the row where there is none; 0 after an error, which the database keeps.
  std::int64_t Name(std::string_view text);
  std::int64_t Subject(const checks::Subject& subject, const std::string& key);
  std::int64_t Series(std::int64_t playbook, std::int64_t target, const checks::Metric& metric);
  /// No value for a metric without thresholds.
  std::optional<std::int64_t> Threshold(const checks::Metric& metric);

  /// After a rollback.
  void Forget();

 private:
  using SeriesKey = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t>;
  using ThresholdKey = std::tuple<std::optional<double>, std::optional<double>, std::string>;
  Database& database_;
  std::unordered_map<std::string, std::int64_t> names_, subjects_;
  std::map<SeriesKey, std::int64_t> series_;
  std::map<ThresholdKey, std::int64_t> thresholds_;
};

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_INTERNER_H_
