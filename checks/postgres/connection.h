// SPDX-License-Identifier: Apache-2.0
//
// One connection to a PostgreSQL server, without blocking: names are resolved on the reactor's
// pool, and every wait is the reactor's. Private to checks/postgres.
//
// THREADS: as its reactor, which must outlive it.

#ifndef UPKEEP_CHECKS_POSTGRES_CONNECTION_H_
#define UPKEEP_CHECKS_POSTGRES_CONNECTION_H_

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/io/reactor.h"
#include "base/status.h"
#include "base/task.h"
#include "base/value.h"
#include "checks/targets/inventory.h"

namespace upkeep::postgres {

struct Login {
  std::string host;                          ///< A name, an address, or the folder of a socket.
  int port = 5432;
  std::string database, user, password;
  checks::TlsSettings tls;
};

/// How much one query may give.
struct RowLimits {
  std::size_t rows = 10'000;
  std::size_t bytes = std::size_t{8} << 20;
};

using Parameters = std::vector<std::optional<std::string>>;

class Connection {
 public:
  /// Logs in, and sets what keeps a look harmless: application_name, lock_timeout, an end for
  /// idle transactions, search_path = pg_catalog, UTF-8, and read-only unless `may_write`.
  static Task<Result<std::unique_ptr<Connection>>> Connect(io::Reactor& reactor, Login login,
                                                           bool may_write, Limits limits);
  /// Closes; a query that still runs is ended at the server by its own timeout.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs one statement in a read-only transaction that is rolled back, under a
  /// statement_timeout that ends with `limits`. The rows are a list of objects; columns that are
  /// null are left out. kTruncated over `most`.
  Task<Result<Value>> Query(std::string sql, Parameters parameters, RowLimits most, Limits limits);

  /// The same without a transaction: for the write identity.
  Task<Result<Value>> Execute(std::string sql, Parameters parameters, Limits limits);

  /// False once an answer was not read to its end: make a new one.
  bool usable() const;
  std::string user() const;

 private:
  struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  using Handle = std::unique_ptr<PGconn, Close>;

  Connection(io::Reactor& reactor, Handle handle, std::string peer)
      : reactor_(reactor), handle_(std::move(handle)), peer_(std::move(peer)) {}

  static Task<Result<Handle>> ConnectTo(io::Reactor& reactor, const Login& login, std::string address,
                                        Limits limits);
  Task<Result<Value>> Run(std::string sql, Parameters parameters, RowLimits most, Limits limits);
  Task<Result<Value>> ReadRows(RowLimits most, Limits limits);
  Task<Status> Flush(Limits limits);
  Task<Status> WaitForResult(std::size_t& received, std::size_t at_most, Limits limits);
  /// Asks the server to end the running query, and gives this connection up.
  void Abandon();
  Status Broken();

  io::Reactor& reactor_;
  Handle handle_;
  std::string peer_;                         ///< "host:port", for messages.
  bool abandoned_ = false;
};

/// libpq's keywords and values for `login` at `address` ("" for a socket's folder).
std::vector<std::pair<std::string, std::string>> ConnectionParameters(const Login& login,
                                                                      const std::string& address);

}  // namespace upkeep::postgres

#endif  // UPKEEP_CHECKS_POSTGRES_CONNECTION_H_
