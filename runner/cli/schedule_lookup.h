// SPDX-License-Identifier: Apache-2.0
//
// What the commands on schedules read: the files, an expression that was typed, an id.
//
// THREADS: main only.

#ifndef UPKEEP_RUNNER_CLI_SCHEDULE_LOOKUP_H_
#define UPKEEP_RUNNER_CLI_SCHEDULE_LOOKUP_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "base/zone/zone.h"
#include "runner/cli/command.h"
#include "schedules/file.h"
#include "schedules/occurrence.h"

namespace upkeep::cli {

/// `files`, or those of --schedules when there are none.
Result<schedules::ScheduleFile> LoadSchedules(const Invocation& invocation,
                                              std::vector<std::string> files, Instant now);

/// With the targets that labels stand for in place of the labels, so that schedules that name one
/// target in two ways are seen to meet there. As they are where there is no inventory.
std::vector<schedules::Schedule> WithTargetsNamed(const Invocation& invocation,
                                                  std::vector<schedules::Schedule> schedules);

/// No id looks like "0 9 * * *" or "@daily".
bool LooksLikeCron(const std::string& typed);

/// `typed` in --dialect and --zone.
Result<schedules::CronExpression> ParseTyped(const Invocation& invocation,
                                             const std::string& typed);

/// The schedule `id`; its errors when it is in quarantine, else kNotFound with the nearest id.
/// The pointer lives as long as `file`.
Result<const schedules::Schedule*> FindSchedule(const schedules::ScheduleFile& file,
                                                const std::string& id);

/// "  moved from …; does not run: …": what is to be said beside a time; "" for one like any other.
/// `others` are those that it may clash with.
std::string SayMarks(const Invocation& invocation, const schedules::Schedule& schedule,
                     const schedules::Occurrence& occurrence,
                     const std::vector<schedules::Schedule>& others = {});

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_SCHEDULE_LOOKUP_H_
