// SPDX-License-Identifier: Apache-2.0
//
// The daemon's control socket: a Unix socket beside the store, where `upkeep ps`, `cancel`, `pause`
// and `resume` reach a running daemon. One JSON object a line, each answered by one:
//
//   {"command": "ps"}   →   {"ok": true, …}   or   {"ok": false, "code": "not_found",
//                                                   "message": "…", "hint": "…"}
//
// Only the daemon's own user and root may speak here: the file's mode is 0600, and the kernel tells
// who is at the other end of each connection, so that a name is never taken from a request. Lines,
// connections and waiting are bounded; whoever breaks a bound is hung up on.
//
// THREADS: as the reactor. References outlive the socket.

#ifndef UPKEEP_RUNNER_DAEMON_CONTROL_SOCKET_H_
#define UPKEEP_RUNNER_DAEMON_CONTROL_SOCKET_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/io/reactor.h"
#include "base/status.h"
#include "base/task.h"
#include "base/value.h"
#include "runner/store/actor.h"

namespace upkeep::daemon {

/// Where the socket of the daemon on this store is.
std::string ControlPath(const std::string& store_path);

class ControlSocket {
 public:
  static constexpr std::size_t kMaxLine = std::size_t{16} << 10;
  static constexpr int kMaxConnections = 16;

  /// What is asked, and by whom; the answer's fields, or an error.
  using Handler =
      std::function<Result<Value>(const Value& request, const store::Actor& actor)>;

  /// Takes the place of the socket of a dead process. kBusy when a living one listens there, or
  /// when something else than a socket is there; kConfig when it can't be made.
  static Result<std::unique_ptr<ControlSocket>> Listen(io::Reactor& reactor,
                                                       const std::string& path, Handler handler);
  /// Removes the file. Stop() must have ended first.
  ~ControlSocket();

  /// Begins to serve, in tasks that the reactor owns.
  void Start();
  /// Hangs up on everybody; ends when nothing of it waits any more.
  Task<void> Stop();

  const std::string& path() const { return path_; }

 private:
  ControlSocket(io::Reactor& reactor, std::string path, int descriptor, Handler handler);
  Task<void> Accept();
  Task<void> Serve(int connection);
  std::string Answer(std::string_view line, const store::Actor& actor) const;

  io::Reactor& reactor_;
  std::string path_;
  int descriptor_;
  Handler handler_;
  CancelSource stop_;
  int open_ = 0;                 ///< Tasks that have not ended.
  int connections_ = 0;
};

/// Asks the daemon at `path` and gives its answer, or the error it answered. Blocks, at most
/// some seconds. kNotFound when no daemon listens there, kDenied when this user may not ask,
/// kUnreachable for one that does not answer.
Result<Value> AskDaemon(const std::string& path, const Value& request);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_CONTROL_SOCKET_H_
