// SPDX-License-Identifier: Apache-2.0
//
// One connection to a Redis server, in the clear or over TLS, without blocking. Private to
// checks/redis.
//
// THREADS: as its reactor, which must outlive it.

#ifndef UPKEEP_CHECKS_REDIS_CLIENT_H_
#define UPKEEP_CHECKS_REDIS_CLIENT_H_

#include <memory>
#include <string>

#include "base/cancel.h"
#include "base/io/stream.h"
#include "base/status.h"
#include "base/task.h"
#include "base/value.h"
#include "checks/redis/commands.h"
#include "checks/redis/reply.h"

namespace upkeep::redis {

struct Login {
  std::string host;
  int port = 6379;
  std::string user, password;        ///< No password: no AUTH.
  bool use_tls = true;
  io::TlsOptions tls;
};

class Client {
 public:
  /// Connects, secures, logs in and names the connection "upkeep".
  static Task<Result<std::unique_ptr<Client>>> Connect(io::Reactor& reactor, Login login, Limits limits);

  /// Sends one command and reads its reply.
  Task<Result<Value>> Command(CommandLine line, Limits limits);
  /// The same, with an error reply as a value.
  Task<Result<Reply>> Ask(std::vector<std::string> words, Limits limits);

  /// False once a reply was not read to its end: make a new one.
  bool usable() const { return usable_; }

 private:
  Client(std::unique_ptr<io::Stream> stream, std::string user, std::string peer)
      : stream_(std::move(stream)), user_(std::move(user)), peer_(std::move(peer)) {}

  std::unique_ptr<io::Stream> stream_;
  const std::string user_, peer_;
  ReplyReader reader_;
  bool usable_ = true;
};

}  // namespace upkeep::redis

#endif  // UPKEEP_CHECKS_REDIS_CLIENT_H_
