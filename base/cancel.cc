// SPDX-License-Identifier: Apache-2.0
#include "base/cancel.h"

#include <utility>

namespace upkeep {

std::uint64_t CancelToken::OnCancel(std::function<void()> callback) const {
  if (!state_) return 0;
  if (state_->cancelled) {
    callback();
    return 0;
  }
  const std::uint64_t id = state_->next_id++;
  state_->callbacks.emplace(id, std::move(callback));
  return id;
}

void CancelToken::Forget(std::uint64_t id) const {
  if (state_ && id != 0) state_->callbacks.erase(id);
}

CancelSource::CancelSource() { token_.state_ = std::make_shared<CancelToken::State>(); }

CancelToken CancelSource::token() const { return token_; }

void CancelSource::Cancel() {
  // A callback may end the work that owns this source, so the state is held here.
  const std::shared_ptr<CancelToken::State> state = token_.state_;
  if (state->cancelled) return;
  state->cancelled = true;
  while (!state->callbacks.empty()) {
    const auto newest = std::prev(state->callbacks.end());
    const std::function<void()> callback = std::move(newest->second);
    state->callbacks.erase(newest);
    callback();
  }
}

}  // namespace upkeep
