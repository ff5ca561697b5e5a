// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/workers.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace upkeep::authoring {

Status WorkThrough(std::size_t count, int threads,
                   const std::function<void(io::Reactor&, std::size_t)>& work) {
  const std::size_t wanted = std::min(count, static_cast<std::size_t>(std::max(threads, 1)));
  std::vector<std::unique_ptr<io::Reactor>> reactors;
  for (std::size_t i = 0; i < wanted; ++i) {
    Result<std::unique_ptr<io::Reactor>> reactor = io::Reactor::Create();
    if (!reactor.ok()) return reactor.status();
    reactors.push_back(std::move(*reactor));
  }
  std::atomic<std::size_t> next{0};
  const auto take_turns = [&](io::Reactor& reactor) {
    for (std::size_t at = next++; at < count; at = next++) work(reactor, at);
  };
  std::vector<std::jthread> helpers;
  for (std::size_t i = 1; i < wanted; ++i) {
    helpers.emplace_back([&, i] { take_turns(*reactors[i]); });
  }
  if (wanted > 0) take_turns(*reactors[0]);
  helpers.clear();  // Waits for each.
  return Status::Ok();
}

}  // namespace upkeep::authoring
