// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/progress.h"

#include <string_view>
#include <utility>

#include "base/clock.h"

namespace upkeep::cli {
namespace {

constexpr std::size_t kLineColumns = 78;
constexpr std::chrono::seconds kRedraw{1};

std::string NameOf(const run::Pair& pair) {
  return pair.playbook->head.id + " (" + pair.target->name + ")";
}

/// As much of `line` as fits, by whole characters; Korean ones are two columns wide.
std::string_view FirstColumns(std::string_view line) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < line.size();) {
    const auto byte = static_cast<unsigned char>(line[at]);
    const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    columns += length >= 3 ? 2 : 1;
    if (columns > kLineColumns || at + length > line.size()) return line.substr(0, at);
    at += length;
  }
  return line;
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

Task<void> ProgressDisplay::KeepDrawing(io::Reactor& reactor, CancelToken stop) {
  if (!live_) co_return;
  Limits limits;
  limits.cancel = stop;
  // From its begin on, so that what is drawn is a whole second and none is skipped.
  for (SteadyInstant next = started_ + kRedraw;; next += kRedraw) {
    const Status slept = co_await reactor.SleepUntil(next, limits);
    if (!slept.ok()) co_return;
    Draw();
  }
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
  err_ << "\r\033[K" << FirstColumns(line) << std::flush;
}

void ProgressDisplay::Finish() {
  if (live_) err_ << "\r\033[K" << std::flush;
}

}  // namespace upkeep::cli
