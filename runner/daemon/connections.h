// SPDX-License-Identifier: Apache-2.0
//
// The open connections of the pages' server: which of them can go to make room for another, and how
// all of them end with the server.
//
// THREADS: safe from any thread.

#ifndef UPKEEP_RUNNER_DAEMON_CONNECTIONS_H_
#define UPKEEP_RUNNER_DAEMON_CONNECTIONS_H_

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>

namespace upkeep::daemon {

class Connections {
 public:
  /// One of them, from its first byte until just before its socket is closed.
  class Open {
   public:
    Open(Connections& all, int socket);
    ~Open();
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;

    /// Waits for `events` of poll(2) until `deadline`; false when it came first, or the connection has
    /// to go. Only such a wait may be ended from outside: an answer being made is not thrown away.
    bool Wait(short events, std::chrono::steady_clock::time_point deadline);

   private:
    friend class Connections;
    Connections& all_;
    const int socket_;
    bool waits_ = false, cut_ = false;
    std::list<Open*>::iterator place_;
  };

  /// Ends the longest open one that waits for its client; false where there is none.
  bool EndOldest();
  /// No further request is read; answers have `grace` to be sent. Returns when none is open or all
  /// that are left are cut.
  void EndAll(std::chrono::milliseconds grace);
  bool ending() const;

 private:
  void Cut(Open& open);

  mutable std::mutex mutex_;
  std::condition_variable gone_;
  std::list<Open*> open_;   // The longest open one first.
  bool ending_ = false, cutting_ = false;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_CONNECTIONS_H_
