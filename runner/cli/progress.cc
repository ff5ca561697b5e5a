// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/progress.h"

#include <utility>

#include "base/clock.h"

namespace upkeep::cli {
namespace {

constexpr std::size_t kLineColumns = 78;

std::string NameOf(const run::Pair& pair) {
  return pair.playbook->head.id + " (" + pair.target->name + ")";
}

}  // namespace

ProgressDisplay::ProgressDisplay(std::ostream& err, bool live, std::size_t total,
                                 std::string language)
    : err_(err), live_(live), total_(total), language_(std::move(language)),
      started_(std::chrono::steady_clock::now()) {}

run::Progress ProgressDisplay::progress() {
  run::Progress progress;
  progress.started = [this](const run::Pair& pair) {
    running_.insert(NameOf(pair));
    Draw();
  };
  progress.finished = [this](const run::Pair& pair, const checks::PlaybookOutcome&) {
    running_.erase(NameOf(pair));
    ++done_;
    Draw();
  };
  return progress;
}

void ProgressDisplay::Draw() {
  if (!live_) return;
  const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - started_);
  std::string line = "[" + std::to_string(done_) + "/" + std::to_string(total_) + "] " +
                     FormatDuration(elapsed);
  if (!running_.empty()) {
    line += (language_ == "ko" ? "  실행 중: " : "  running: ") + *running_.begin();
    if (running_.size() > 1) line += " +" + std::to_string(running_.size() - 1);
  }
  if (line.size() > kLineColumns) line.resize(kLineColumns);
  err_ << "\r\033[K" << line << std::flush;
}

void ProgressDisplay::Finish() {
  if (live_) err_ << "\r\033[K" << std::flush;
}

}  // namespace upkeep::cli
