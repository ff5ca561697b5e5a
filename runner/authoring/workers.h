// SPDX-License-Identifier: Apache-2.0
//
// Many small jobs on a few threads, each thread with a reactor of its own: a sandbox is confined to
// the thread that runs it, and cases share nothing.

#ifndef UPKEEP_RUNNER_AUTHORING_WORKERS_H_
#define UPKEEP_RUNNER_AUTHORING_WORKERS_H_

#include <cstddef>
#include <functional>

#include "base/io/reactor.h"
#include "base/status.h"

namespace upkeep::authoring {

/// Calls `work` once for each number below `count`, on up to `threads` threads; `work` writes only
/// what belongs to its number. Ends when all have; the first reason why a thread could not begin.
Status WorkThrough(std::size_t count, int threads,
                   const std::function<void(io::Reactor&, std::size_t)>& work);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_WORKERS_H_
