// SPDX-License-Identifier: Apache-2.0
//
// The pages of `upkeep serve` that are not reports: the list of runs, and errors. Names come
// from targets and are hostile: everything is escaped where it enters.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_DAEMON_PAGES_H_
#define UPKEEP_RUNNER_DAEMON_PAGES_H_

#include <string>
#include <utility>
#include <vector>

#include "runner/store/runs.h"

namespace upkeep::daemon {

/// Newest first, as given. `language` is "en" or "ko".
std::string RunsPage(const std::vector<store::RunRecord>& runs, const std::string& language);

/// A page with one sentence and, where it helps, a second.
std::string MessagePage(const std::string& message, const std::string& hint,
                        const std::string& language);

std::string NoSuchPage(const std::string& language);

/// Path and name of each page, for the line at the top of every one of them.
std::vector<std::pair<std::string, std::string>> PageLinks(const std::string& language);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_PAGES_H_
