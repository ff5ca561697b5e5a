// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/house_policy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "runner/keys/key_ring.h"

namespace upkeep::remedy {
namespace {

/// Whether only root can have made what is at `path`.
Status RootsOwn(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Status(Code::kConfig, path + ": " + std::strerror(errno));
  const bool own = keys::OnlyRootWrote(descriptor);
  close(descriptor);
  if (own) return Status::Ok();
  return Status(Code::kConfig, "the policy in " + path + " does not count: others than root could have put it there")
      .WithHint("chown root: " + path + "; chmod go-w " + path);
}

}  // namespace

Policy Stricter(const Policy& one, const Policy& other) {
  Policy policy = one;
  policy.mode = one.mode == Mode::kOff || other.mode == Mode::kOff ? Mode::kOff : Mode::kPropose;
  policy.risk_cap = std::min(one.risk_cap, other.risk_cap);
  policy.changes_per_plan = std::min(one.changes_per_plan, other.changes_per_plan);
  policy.open_plans = std::min(one.open_plans, other.open_plans);
  policy.approvals_low = std::max(one.approvals_low, other.approvals_low);
  policy.approvals_medium = std::max(one.approvals_medium, other.approvals_medium);
  policy.approvals_high = std::max(one.approvals_high, other.approvals_high);
  policy.expires_after = std::min(one.expires_after, other.expires_after);
  policy.cool_down = std::max(one.cool_down, other.cool_down);
  policy.max_a_day = std::min(one.max_a_day, other.max_a_day);
  policy.windows.insert(policy.windows.end(), other.windows.begin(), other.windows.end());
  policy.files.insert(policy.files.end(), other.files.begin(), other.files.end());
  return policy;
}

Result<Policy> PolicyInForce(const std::string& own, const std::string& house) {
  struct stat about {};
  const bool has_house = stat(house.c_str(), &about) == 0;
  // One that is there and can't be looked at must not be taken for none.
  if (!has_house && errno != ENOENT && errno != ENOTDIR) {
    return Status(Code::kConfig, house + ": " + std::strerror(errno));
  }
  if (!has_house) return own.empty() ? Result<Policy>(Policy()) : ReadPolicy(own);
  UPKEEP_RETURN_IF_ERROR(RootsOwn(std::filesystem::path(house).parent_path().string()));
  UPKEEP_RETURN_IF_ERROR(RootsOwn(house));
  Result<Policy> policy = ReadPolicy(house);
  std::error_code error;
  if (!policy.ok() || own.empty() || std::filesystem::equivalent(own, house, error)) return policy;
  // A line that it does not have tightens nothing.
  const Result<Policy> brought = ReadPolicy(own, *policy);
  if (!brought.ok()) return brought.status();
  return Stricter(*policy, *brought);
}

}  // namespace upkeep::remedy
