// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <utility>

#include "base/io/stream.h"
#include "checks/postgres/connection.h"
#include "checks/postgres/errors.h"
#include "checks/postgres/late_libpq.h"

namespace upkeep::postgres {
namespace {

constexpr std::chrono::seconds kAddressTime{3};

/// libpq 15 has no word for "the system's authorities", only a file.
std::string SystemAuthorities() {
  for (const char* path : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"}) {
    if (access(path, R_OK) == 0) return path;
  }
  return "";
}

void Discard(void*, const PGresult*) {}

}  // namespace

std::vector<std::pair<std::string, std::string>> ConnectionParameters(const Login& login,
                                                                      const std::string& address) {
  std::vector<std::pair<std::string, std::string>> parameters = {
      {"host", login.tls.server_name.empty() || address.empty() ? login.host : login.tls.server_name},
      {"port", std::to_string(login.port)},
      {"dbname", login.database},
      {"user", login.user},
      {"application_name", "upkeep"},
      {"client_encoding", "UTF8"},
      {"sslmode", login.tls.mode},
      // Kerberos would block, and which server it is does not depend on whoever started upkeep.
      {"gssencmode", "disable"},
      {"target_session_attrs", "any"},
  };
  if (!address.empty()) parameters.emplace_back("hostaddr", address);
  // Without a password libpq would look for a file of its own, and in the environment: that of whoever
  // started upkeep is used no more than their KUBECONFIG. An empty one counts as none to it.
  if (login.password.empty()) {
    parameters.emplace_back("passfile", "/nonexistent");
    if (std::getenv("PGPASSWORD") != nullptr) parameters.emplace_back("password", "-");
  } else {
    parameters.emplace_back("password", login.password);
  }
  if (login.tls.verified()) {
    parameters.emplace_back("sslrootcert", login.tls.ca_file.empty() ? SystemAuthorities() : login.tls.ca_file);
  }
  if (!login.tls.certificate_file.empty()) {
    parameters.emplace_back("sslcert", login.tls.certificate_file);
    parameters.emplace_back("sslkey", login.tls.key_file);
  }
  return parameters;
}

Task<Result<Connection::Handle>> Connection::ConnectTo(io::Reactor& reactor, const Login& login,
                                                       std::string address, Limits limits) {
  const std::string peer = login.host + ":" + std::to_string(login.port);
  const auto parameters = ConnectionParameters(login, address);
  std::vector<const char*> keywords, values;
  for (const auto& [keyword, value] : parameters) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  Handle handle(PQconnectStartParams(keywords.data(), values.data(), 0));
  if (handle == nullptr) co_return Status(Code::kInternal, "libpq has no memory");
  PQsetErrorVerbosity(handle.get(), PQERRORS_VERBOSE);  // With the SQLSTATE, which decides what it means.
  PQsetNoticeReceiver(handle.get(), &Discard, nullptr);
  if (PQstatus(handle.get()) == CONNECTION_BAD) {
    co_return StatusOfLogin(PQerrorMessage(handle.get()), login.user, peer);
  }
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  while (next != PGRES_POLLING_OK) {
    if (next == PGRES_POLLING_FAILED) {
      co_return StatusOfLogin(PQerrorMessage(handle.get()), login.user, peer);
    }
    const int fd = PQsocket(handle.get());
    Status ready;
    if (next == PGRES_POLLING_READING) {
      ready = co_await reactor.WaitReadable(fd, limits);
    } else {
      ready = co_await reactor.WaitWritable(fd, limits);
    }
    if (!ready.ok()) co_return std::move(ready).Within("logging in at " + peer);
    next = PQconnectPoll(handle.get());
  }
  PQsetnonblocking(handle.get(), 1);
  co_return handle;
}

Task<Result<std::unique_ptr<Connection>>> Connection::Connect(io::Reactor& reactor, Login login,
                                                              bool may_write, Limits limits) {
  auto loaded = std::make_shared<Status>();
  std::function<bool()> load = [loaded] { return (*loaded = LoadLibpq()).ok(); };
  Result<bool> done = co_await reactor.Offload(std::move(load), limits);
  if (!done.ok()) co_return done.status();
  if (!*done) co_return std::move(*loaded);
  std::vector<std::string> addresses = {""};
  if (!login.host.starts_with('/')) {
    Result<std::vector<std::string>> resolved = co_await io::Resolve(reactor, login.host, limits);
    if (!resolved.ok()) co_return resolved.status();
    addresses = std::move(*resolved);
  }
  Result<Handle> handle = Status(Code::kUnreachable, login.host + " has no address");
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    // A dead first address must not use up the time of the next.
    const Limits own = i + 1 < addresses.size() ? limits.Within(kAddressTime) : limits;
    handle = co_await ConnectTo(reactor, login, addresses[i], own);
    if (handle.ok() || limits.cancel.cancelled()) break;
    const Code code = handle.status().code();
    if (code != Code::kUnreachable && code != Code::kTimeout) break;
  }
  if (!handle.ok()) co_return handle.status();
  std::unique_ptr<Connection> connection(new Connection(
      reactor, std::move(*handle), login.host + ":" + std::to_string(login.port)));
  std::string settings =
      "select set_config('lock_timeout', '1000', false), set_config('search_path', 'pg_catalog', false),"
      " set_config('idle_in_transaction_session_timeout', '60000', false),"
      " set_config('statement_timeout', '30000', false), set_config('DateStyle', 'ISO', false),"
      " set_config('IntervalStyle', 'postgres', false), set_config('bytea_output', 'hex', false),"
      " set_config('extra_float_digits', '1', false)";
  if (!may_write) settings += ", set_config('default_transaction_read_only', 'on', false)";
  Result<Value> set = co_await connection->Execute(std::move(settings), {}, limits);
  if (!set.ok()) co_return set.status();
  co_return connection;
}

}  // namespace upkeep::postgres
