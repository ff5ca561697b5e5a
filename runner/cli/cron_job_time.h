// SPDX-License-Identifier: Apache-2.0
//
// A CronJob's schedule for an expression of ours. A CronJob knows neither MON#1 nor L nor LW, and
// joins days of the month and of the week by OR; so it gets five plain fields that fire at every
// planned time, and where they must, at more: `upkeep tick` books only its own slots.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_CLI_CRON_JOB_TIME_H_
#define UPKEEP_RUNNER_CLI_CRON_JOB_TIME_H_

#include <string>

#include "base/status.h"
#include "schedules/cron.h"
#include "schedules/schedule.h"

namespace upkeep::cli {

struct CronJobTime {
  std::string schedule;              ///< Five fields.
  std::string time_zone;             ///< For CronJob.spec.timeZone.
};

/// kInvalid for times inside a minute, which a CronJob can't have.
Result<CronJobTime> CronJobTimeOf(const schedules::CronExpression& expression);
/// Of a schedule whose calendar moves its times: on every day, since nobody knows the holidays of
/// all years.
Result<CronJobTime> CronJobTimeOf(const schedules::Schedule& schedule);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_CRON_JOB_TIME_H_
