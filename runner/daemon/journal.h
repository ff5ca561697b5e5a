// SPDX-License-Identifier: Apache-2.0
//
// What a long-running upkeep tells on standard error: one line an event, as text or as JSON.
// Names from targets are hostile; both forms escape control characters by construction. What others
// answered may hold a secret that they were sent; a log keeps none.
//
// THREADS: that of its redactor.

#ifndef UPKEEP_RUNNER_DAEMON_JOURNAL_H_
#define UPKEEP_RUNNER_DAEMON_JOURNAL_H_

#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "base/value.h"

namespace upkeep::daemon {

enum class LogFormat { kText, kJson };

class Journal {
 public:
  /// Writes to `out`, which outlives it, as do the clock and the redactor.
  Journal(std::ostream& out, LogFormat format, const Clock& clock, const Redactor& redactor);
  ~Journal();

  /// `fields` is an object; its values are shown as JSON has them.
  void Info(std::string_view event, Value fields = Value::object());
  void Warning(std::string_view event, Value fields = Value::object());
  void Error(std::string_view event, const Status& status, Value fields = Value::object());

 private:
  struct Impl;
  void Write(int level, std::string_view event, const Value& fields);
  std::unique_ptr<Impl> impl_;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_JOURNAL_H_
