// SPDX-License-Identifier: Apache-2.0
//
// Waivers: accepted exceptions, each with an owner and an end. They are applied when a run is
// recorded; what was recorded before stays as it was. An expired or revoked one never counts.
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_STORE_WAIVERS_H_
#define UPKEEP_RUNNER_STORE_WAIVERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "runner/store/actor.h"

namespace upkeep::store {

struct Waiver {
  std::int64_t id = 0;               ///< Given by AddWaiver.
  std::string owner, reason;         ///< Required.
  Actor approver;                    ///< Who wrote it down.
  std::string ticket;
  /// Globs (*, ?) that must match whole; subject is Subject::Key(). Not all three may be "*".
  std::string playbook = "*", target = "*", subject = "*";
  /// Whether unknown results are covered too: could not look is never fine unasked.
  bool covers_unknown = false;
  Instant created{}, expires{};      ///< expires is required and after created.
  std::optional<Instant> revoked;
  std::int64_t matched = 0;          ///< Results it ever covered.
};

class WaiverStore {
 public:
  virtual ~WaiverStore() = default;
  /// kInvalid says what is missing or in the past.
  virtual Result<std::int64_t> AddWaiver(const Waiver& waiver) = 0;
  virtual Status RevokeWaiver(std::int64_t id, const std::string& reason, const Actor& actor) = 0;
  /// All, or those that count at `at`; by id.
  virtual Result<std::vector<Waiver>> Waivers(std::optional<Instant> at = std::nullopt) = 0;
};

/// `*` any text, `?` one byte; everything else itself.
bool GlobMatches(std::string_view glob, std::string_view text);

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_WAIVERS_H_
