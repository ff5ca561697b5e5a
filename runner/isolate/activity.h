// SPDX-License-Identifier: Apache-2.0
//
// What a playbook in a process of its own waits for, as lua::Sandbox tells it of one in ours.
//
// THREADS: as its reactor.

#ifndef UPKEEP_RUNNER_ISOLATE_ACTIVITY_H_
#define UPKEEP_RUNNER_ISOLATE_ACTIVITY_H_

#include <chrono>
#include <list>
#include <string>
#include <utility>

namespace upkeep::isolate {

class Activity {
 public:
  /// "kubernetes.list pods and 3 more"; empty while it computes.
  std::string waiting_for() const {
    if (waits_.empty()) return "";
    std::string text = waits_.front().first;
    if (waits_.size() > 1) text += " and " + std::to_string(waits_.size() - 1) + " more";
    return text;
  }
  /// How long for the first of those.
  std::chrono::microseconds waiting_time() const {
    if (waits_.empty()) return std::chrono::microseconds(0);
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                                 waits_.front().second);
  }

  /// One wait, as long as it lives; the activity outlives it.
  class Wait {
   public:
    Wait(Activity& activity, std::string what)
        : activity_(activity),
          place_(activity.waits_.emplace(activity.waits_.end(), std::move(what), std::chrono::steady_clock::now())) {}
    ~Wait() { activity_.waits_.erase(place_); }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

   private:
    Activity& activity_;
    std::list<std::pair<std::string, std::chrono::steady_clock::time_point>>::iterator place_;
  };

 private:
  std::list<std::pair<std::string, std::chrono::steady_clock::time_point>> waits_;
};

}  // namespace upkeep::isolate

#endif  // UPKEEP_RUNNER_ISOLATE_ACTIVITY_H_
