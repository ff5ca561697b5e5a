// SPDX-License-Identifier: Apache-2.0
//
// The version of a pack: MAJOR.MINOR.PATCH, each a number without leading zeros. Nothing else is
// one, so that "older" never needs an opinion.
//
// THREADS: plain values.

#ifndef UPKEEP_RUNNER_PACKS_VERSION_H_
#define UPKEEP_RUNNER_PACKS_VERSION_H_

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace upkeep::packs {

struct PackVersion {
  int major = 0, minor = 0, patch = 0;   ///< 0 to 999,999.
  auto operator<=>(const PackVersion&) const = default;
  std::string ToString() const;
};

/// Nothing when `text` is no version.
std::optional<PackVersion> ParseVersion(std::string_view text);

}  // namespace upkeep::packs

#endif  // UPKEEP_RUNNER_PACKS_VERSION_H_
