// SPDX-License-Identifier: Apache-2.0
#include "base/lua/run_scope.h"

#include <utility>

namespace upkeep::lua {

RunScope::RunScope(State& state, bool& busy, CancelToken outer, After after)
    : state_(state), busy_(busy), outer_(std::move(outer)), after_(after) {
  busy_ = true;
  state_.cancel = &source_;
  state_.BeginRecords();
  chain_ = outer_.OnCancel([this] { source_.Cancel(); });
}

RunScope::~RunScope() {
  outer_.Forget(chain_);
  busy_ = false;
  state_.cancel = nullptr;
  if (after_ == After::kNothingStays) state_.documents().Clear();
  if (!ended_ || (after_ == After::kNothingStays && state_.stopped())) state_.Close();
}

}  // namespace upkeep::lua
