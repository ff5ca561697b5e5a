// SPDX-License-Identifier: Apache-2.0
//
// Signals as bytes of a pipe, so that the daemon waits for them as for everything else. Wake()
// puts a byte of its own there.
//
// THREADS: one Signals at a time, of the thread that made it; Wake() from any.

#ifndef UPKEEP_RUNNER_DAEMON_SIGNALS_H_
#define UPKEEP_RUNNER_DAEMON_SIGNALS_H_

#include <csignal>

#include "base/status.h"

namespace upkeep::daemon {

class Signals {
 public:
  struct Seen {
    int stop = 0;           ///< SIGTERM or SIGINT when one came, else 0.
    bool reload = false;    ///< SIGHUP.
  };

  /// Takes SIGTERM, SIGINT and SIGHUP over; the destructor gives them back.
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  Status status() const { return status_; }
  /// Readable when there is something to Take().
  int descriptor() const;
  /// What came since the last call; empties the pipe.
  Seen Take();
  void Wake();

 private:
  Status status_;
  struct sigaction old_terminate_ {}, old_interrupt_ {}, old_hangup_ {};
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_SIGNALS_H_
