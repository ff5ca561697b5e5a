// SPDX-License-Identifier: Apache-2.0
#include "runner/run/look.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace upkeep::run {

using checks::Need;

/// One playbook that waits. Cancelling `wake` ends its sleep, and the reactor's loop continues it.
struct Look::Waiting {
  Waiting(Look& awaited, std::function<bool()> condition, CancelToken token)
      : look(awaited), there(std::move(condition)), cancel(std::move(token)),
        place(look.waiting_.insert(look.waiting_.end(), this)),
        chain(cancel.OnCancel([this] { wake.Cancel(); })) {}
  ~Waiting() {
    cancel.Forget(chain);
    look.waiting_.erase(place);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  Look& look;
  const std::function<bool()> there;
  const CancelToken cancel;
  CancelSource wake;
  const std::list<Waiting*>::iterator place;
  const std::uint64_t chain;
};

void Look::Tell() {
  for (Waiting* const waiting : waiting_) {
    if (waiting->there()) waiting->wake.Cancel();
  }
}

void Look::SetModules(Result<Modules> modules) {
  if (modules.ok()) {
    modules_ = *std::move(modules);
  } else {
    made_ = modules.status();
  }
  has_modules_ = true;
  Tell();
}

void Look::SetNeed(const Need& need, const Status& status) {
  needs_.insert_or_assign(need.ToString(), status);
  Tell();
}

void Look::SetPrepared() {
  prepared_ = true;
  Tell();
}

bool Look::Knows(const checks::Head& head) const {
  return prepared_ || std::all_of(head.needs.begin(), head.needs.end(), [this](const Need& need) {
           return needs_.contains(need.ToString());
         });
}

Task<void> Look::WaitFor(io::Reactor& reactor, std::function<bool()> there, CancelToken cancel) {
  if (there()) co_return;
  Waiting waiting(*this, std::move(there), std::move(cancel));
  Limits own;
  own.cancel = waiting.wake.token();
  Status slept;
  do {
    slept = co_await reactor.SleepUntil(std::chrono::steady_clock::now() + std::chrono::hours(1), own);
  } while (slept.ok());
}

Task<void> Look::WaitForModules(io::Reactor& reactor, CancelToken cancel) {
  return WaitFor(reactor, [this] { return has_modules_; }, std::move(cancel));
}

Task<void> Look::WaitForNeeds(io::Reactor& reactor, const checks::Head& head, CancelToken cancel) {
  return WaitFor(reactor, [this, &head] { return Knows(head); }, std::move(cancel));
}

Status Look::MissingNeed(const checks::Head& head) const {
  for (const Need& need : head.needs) {
    if (need.optional) continue;
    const auto found = needs_.find(need.ToString());
    if (found == needs_.end()) {
      return Status(Code::kError, "the target " + target->name + " has no module " + need.module +
                                      " for the need " + need.ToString());
    }
    if (!found->second.ok()) return found->second;
  }
  return Status::Ok();
}

std::vector<Need> UnionOfNeeds(const std::vector<const checks::Head*>& heads,
                               std::string_view module) {
  std::vector<Need> joined;
  for (const checks::Head* head : heads) {
    for (const Need& need : head->needs) {
      if (need.module != module) continue;
      const auto same = std::find_if(joined.begin(), joined.end(),
                                     [&](const Need& other) { return other.Matches(need); });
      if (same == joined.end()) {
        joined.push_back(need);
      } else if (!same->fields.empty() && need.fields.empty()) {
        same->fields.clear();
      } else if (!same->fields.empty()) {
        same->fields.insert(same->fields.end(), need.fields.begin(), need.fields.end());
      }
    }
  }
  for (Need& need : joined) {
    std::sort(need.fields.begin(), need.fields.end());
    need.fields.erase(std::unique(need.fields.begin(), need.fields.end()), need.fields.end());
  }
  return joined;
}

}  // namespace upkeep::run
