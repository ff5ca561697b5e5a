// SPDX-License-Identifier: Apache-2.0
#include "runner/store/interner.h"

namespace upkeep::store {

std::int64_t Interner::Name(std::string_view text) {
  const auto known = names_.find(std::string(text));
  if (known != names_.end()) return known->second;
  std::int64_t id = database_.Number(0, "SELECT id FROM names WHERE text = ?", text);
  if (id == 0 && database_.Run("INSERT INTO names (text) VALUES (?)", text)) id = database_.last_id();
  if (id != 0) names_.emplace(text, id);
  return id;
}

std::int64_t Interner::Subject(const checks::Subject& subject, const std::string& key) {
  const auto known = subjects_.find(key);
  if (known != subjects_.end()) return known->second;
  std::int64_t id = database_.Number(0, "SELECT id FROM subjects WHERE key = ?", key);
  if (id == 0 &&
      database_.Run("INSERT INTO subjects (key, kind, space, name) VALUES (?, ?, ?, ?)", key,
                    subject.kind, subject.space, subject.name)) {
    id = database_.last_id();
  }
  if (id != 0) subjects_.emplace(key, id);
  return id;
}

std::int64_t Interner::Series(std::int64_t playbook, std::int64_t target,
                              const checks::Metric& metric) {
  const SeriesKey key{playbook, target, Name(metric.name), Name(metric.subject), Name(metric.unit)};
  const auto known = series_.find(key);
  if (known != series_.end()) return known->second;
  const auto& [a, b, name, subject, unit] = key;
  std::int64_t id = database_.Number(
      0,
      "SELECT id FROM series WHERE playbook = ? AND target = ? AND name = ? AND subject = ? "
      "AND unit = ?",
      a, b, name, subject, unit);
  if (id == 0 && database_.Run("INSERT INTO series (playbook, target, name, subject, unit) "
                               "VALUES (?, ?, ?, ?, ?)",
                               a, b, name, subject, unit)) {
    id = database_.last_id();
  }
  if (id != 0) series_.emplace(key, id);
  return id;
}

std::optional<std::int64_t> Interner::Threshold(const checks::Metric& metric) {
  if (!metric.warning && !metric.critical && metric.threshold_source.empty()) return std::nullopt;
  ThresholdKey key{metric.warning, metric.critical, metric.threshold_source};
  const auto known = thresholds_.find(key);
  if (known != thresholds_.end()) return known->second;
  const auto& [warning, critical, source] = key;
  std::int64_t id = database_.Number(
      0, "SELECT id FROM thresholds WHERE warning IS ? AND critical IS ? AND source = ?", warning,
      critical, source);
  if (id == 0 && database_.Run("INSERT INTO thresholds (warning, critical, source) VALUES (?, ?, ?)",
                               warning, critical, source)) {
    id = database_.last_id();
  }
  if (id != 0) thresholds_.emplace(std::move(key), id);
  return id;
}

void Interner::Forget() {
  names_.clear();
  subjects_.clear();
  series_.clear();
  thresholds_.clear();
}

}  // namespace upkeep::store
