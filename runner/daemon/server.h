// SPDX-License-Identifier: Apache-2.0
//
// `upkeep serve`, and the daemon's own endpoints: what the store knows, over HTTP, read-only. Each request opens the store for
// itself and changes nothing; GET and HEAD are all there is.
//
// On a loopback address only requests whose Host header names one are answered: a page of
// somebody else that a browser shows here can't read through it (DNS rebinding).
//
// A client that is slow, or many that are, take nothing from the others: a request has one deadline,
// the longest open connection makes room for a new one, and pages that take work wait for each other
// while health does not.
//
// THREADS: Run() blocks; Stop() may be called from any thread. Requests run on threads of the
// server's own, each with a store of its own.

#ifndef UPKEEP_RUNNER_DAEMON_SERVER_H_
#define UPKEEP_RUNNER_DAEMON_SERVER_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "runner/daemon/health.h"
#include "runner/store/store.h"

namespace upkeep::daemon {

struct ServerOptions {
  /// False: only /livez, /readyz and /metrics, which name schedules and nothing of the targets.
  bool pages = true;
  /// Of the daemon in this process; outlives the server. Null: the store is all there is to ask.
  const Health* health = nullptr;
  /// Opens the store for writing; asked by /readyz of a daemon.
  std::function<Result<std::unique_ptr<store::Store>>()> open_to_write;
  std::string host = "127.0.0.1";
  int port = 9180;                      ///< 0: any free one; see port().
  std::string language = "en";          ///< Of requests without ?lang=.
  std::string zone = "UTC";             ///< Whose days /report/daily means.
  /// For all of a request, from its connection or the answer before it to its last byte.
  std::chrono::milliseconds request_deadline = std::chrono::seconds(5);
  /// Opens the store read-only; called on the server's threads.
  std::function<Result<std::unique_ptr<store::Store>>()> open_store;
};

class Server {
 public:
  /// Listens; kConfig when the address can't be bound, kUsage for a zone that does not exist.
  static Result<std::unique_ptr<Server>> Listen(ServerOptions options);
  ~Server();

  int port() const;
  /// Serves until Stop(), once; returns at once when that came first.
  void Run();
  /// Ends Run(), also one that another thread is only about to call; open connections have a second
  /// to get their answer.
  void Stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_SERVER_H_
