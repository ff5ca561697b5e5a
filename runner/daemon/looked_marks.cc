// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/looked_marks.h"

#include <utility>

namespace upkeep::daemon {
namespace {

constexpr std::chrono::seconds kMarkEvery{1};

}  // namespace

LookedMarks::LookedMarks(io::Reactor& reactor, store::Store& store, Journal& journal,
                         const std::vector<store::Attempt>& attempts, const std::vector<run::Pair>& pairs,
                         std::function<void()> marked)
    : reactor_(reactor), store_(store), journal_(journal), marked_(std::move(marked)) {
  for (const store::Attempt& attempt : attempts) targets_[attempt.key.target].attempt = attempt.id;
  for (const run::Pair& pair : pairs) {
    const auto target = targets_.find(pair.target->name);
    if (target != targets_.end()) ++target->second.left;
  }
}

void LookedMarks::Finished(const run::Pair& pair) {
  const auto target = targets_.find(pair.target->name);
  if (target != targets_.end() && --target->second.left == 0) looked_.push_back(target->second.attempt);
}

Task<void> LookedMarks::Run() {
  if (targets_.size() < 2) co_return;   // It ends with the run.
  Limits limits;
  limits.cancel = ended_.token();
  while (true) {
    const Status slept = co_await reactor_.SleepUntil(std::chrono::steady_clock::now() + kMarkEvery, limits);
    if (!slept.ok()) co_return;
    if (looked_.empty()) continue;
    const Status marked = store_.SetLooked(looked_);
    if (marked.code() == Code::kBusy) continue;   // Somebody writes: in a second again.
    if (!marked.ok()) {
      journal_.Error("store.failed", marked);
      co_return;
    }
    looked_.clear();
    if (marked_) marked_();
  }
}

}  // namespace upkeep::daemon
