// SPDX-License-Identifier: Apache-2.0
//
// A playbook's head: the declaration from which permissions, documentation and validation come.
// docs/playbook-format.md is the contract for authors.

#ifndef UPKEEP_CHECKS_MODEL_HEAD_H_
#define UPKEEP_CHECKS_MODEL_HEAD_H_

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/text.h"
#include "base/value.h"
#include "checks/model/need.h"

namespace upkeep::checks {

struct Parameter {
  std::string name;
  Value default_value;               ///< Number, string, boolean, or list of strings.
  std::optional<double> min, max;
  std::string unit;
  Text doc;
  std::string source;                ///< Where the default comes from: "house rule"; docs/sources.md has each.
};

struct Threshold {
  std::string metric;
  std::string unit;
  std::string warning, critical;     ///< Parameter names whose values are the limits; may be empty.
  bool below = false;                ///< True: a value under the limit is bad.
  std::string source;
};

/// Risk of a remedy, as a policy caps it.
enum class Risk { kLow, kMedium, kHigh, kIrreversible };
std::string_view RiskName(Risk risk);

struct Remedy {
  std::string name;
  Text title;
  Risk risk = Risk::kHigh;
  std::vector<std::string> covers;   ///< "R-01"
  std::vector<Need> needs;           ///< Under the write identity.
  std::chrono::microseconds verify_after{0};   ///< How long after applying the check runs again.
  bool has_plan = false, has_verify = false;
};

struct Head {
  int format = 1;
  std::string id;                    ///< "kubernetes.nodes"
  std::string file;                  ///< Where it was read from.
  std::string definition;            ///< SHA-256 of the file.
  Text title, fix;
  std::string cadence;               ///< daily, weekly, monthly, quarterly, continuous, on_demand
  std::vector<std::string> covers;   ///< CATALOGUE rows.
  std::string owner, runbook;
  std::vector<std::string> controls;
  std::string target;                ///< Kind of target: kubernetes, postgres, redis, http, any …
  std::string expects;               ///< Word of a target's `expects` that declares this to be there.
  std::vector<Need> needs;
  std::vector<Parameter> params;
  std::vector<Threshold> thresholds;
  std::map<std::string, Text> messages;
  std::vector<Remedy> remedies;
};

/// Finds where a path of the head stands in the file; see lua::Sandbox::PlaceOf.
using PlaceFinder = std::function<SourcePlace(std::string_view path)>;

/// Checks a head's data and appends everything that is wrong to `errors` with its place.
/// The returned head is usable only when nothing was appended.
Head ReadHead(const Value& data, const PlaceFinder& place_of, std::vector<Status>& errors);

/// Defaults overlaid with `given` (an object); kInvalid for unknown names, wrong types and
/// values outside the range, naming each.
Result<Value> ResolveParameters(const Head& head, const Value& given);

}  // namespace upkeep::checks

#endif  // UPKEEP_CHECKS_MODEL_HEAD_H_
