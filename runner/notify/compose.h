// SPDX-License-Identifier: Apache-2.0
//
// A Message is what is delivered, before it is known how. It is a pure function of the report's
// model, the channel and the language.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_NOTIFY_COMPOSE_H_
#define UPKEEP_RUNNER_NOTIFY_COMPOSE_H_

#include <string>

#include "base/status.h"
#include "reports/model.h"
#include "runner/notify/channel.h"
#include "runner/store/runs.h"

namespace upkeep::notify {

struct Message {
  std::string subject;               ///< For the ledger: "report monthly", "findings".
  store::RunId run = 0;              ///< Of reports about one run; else 0.
  std::string title;                 ///< One line for people, with the totals.
  std::string key;                   ///< "monthly/2026-10-01.html": names it for ever.
  std::string content_type;
  std::string body;                  ///< The rendered bytes; of a mail the HTML part.
  std::string text;                  ///< Of a mail: the Markdown part.
  /// The same for every try and every repetition of this delivery to this channel, as long as
  /// nothing but deliveries was added to what it reports.
  std::string idempotency_key;
};

/// `language` is used where the channel names none.
Result<Message> Compose(const Channel& channel, const reports::ReportModel& model,
                        const std::string& language);

/// The number of the run that `model` reports; 0 for a period.
store::RunId RunOf(const reports::ReportModel& model);

/// "run", "daily", "weekly", "monthly" or "quarterly".
std::string KindName(reports::ReportKind kind);

/// What needs somebody, as JSON: totals, the list of attention, what was resolved.
std::string RenderFindings(const reports::ReportModel& model, const std::string& language);

}  // namespace upkeep::notify

#endif  // UPKEEP_RUNNER_NOTIFY_COMPOSE_H_
