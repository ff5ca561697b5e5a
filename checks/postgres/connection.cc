// SPDX-License-Identifier: Apache-2.0
#include "checks/postgres/connection.h"

#include <sys/ioctl.h>

#include <algorithm>
#include <utility>

#include "checks/postgres/errors.h"
#include "checks/postgres/values.h"

namespace upkeep::postgres {
namespace {

constexpr std::chrono::seconds kCancelTime{5};
constexpr std::chrono::milliseconds kLongestStatement{600'000};

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clear>;

std::string Field(const PGresult* result, int field) {
  const char* const text = PQresultErrorField(result, field);
  return text == nullptr ? "" : text;
}

/// Whole milliseconds until the deadline, for statement_timeout, where 0 would mean for ever.
std::string Remaining(const Limits& limits) {
  const auto now = std::chrono::steady_clock::now();
  auto left = kLongestStatement;
  if (limits.deadline < now + left) {
    left = std::chrono::duration_cast<std::chrono::milliseconds>(limits.deadline - now);
  }
  return std::to_string(std::max<std::int64_t>(1, left.count()));
}

/// Appends the rows of `result`; false when there are more than `most`.
bool Append(const PGresult* result, RowLimits most, std::size_t& bytes, Value& rows) {
  const int columns = PQnfields(result);
  for (int row = 0; row < PQntuples(result); ++row) {
    Value object = Value::object();
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result, row, column) != 0) continue;
      const auto size = static_cast<std::size_t>(PQgetlength(result, row, column));
      bytes += size;
      if (bytes > most.bytes) return false;
      object[PQfname(result, column)] =
          FromText(PQftype(result, column), std::string_view(PQgetvalue(result, row, column), size));
    }
    if (rows.size() >= most.rows) return false;
    rows.push_back(std::move(object));
  }
  return true;
}

}  // namespace

Connection::~Connection() = default;

bool Connection::usable() const { return !abandoned_ && PQstatus(handle_.get()) == CONNECTION_OK; }

std::string Connection::user() const { return PQuser(handle_.get()); }

Status Connection::Broken() {
  const std::string text = PQerrorMessage(handle_.get());
  abandoned_ = true;
  return StatusOfLogin(text, user(), peer_);
}

void Connection::Abandon() {
  if (abandoned_) return;
  abandoned_ = true;
  PGcancel* const cancel = PQgetCancel(handle_.get());
  if (cancel == nullptr) return;
  // PQcancel() connects anew and blocks; the pool owns all that it needs.
  const std::shared_ptr<PGcancel> owned(cancel, &PQfreeCancel);
  reactor_.Spawn([](io::Reactor& reactor, std::shared_ptr<PGcancel> request) -> Task<void> {
    std::function<int()> work = [request] {
      char error[256];
      return PQcancel(request.get(), error, sizeof error);
    };
    (void)co_await reactor.Offload(std::move(work), Limits().Within(kCancelTime));
  }(reactor_, owned));
}

Task<Status> Connection::Flush(Limits limits) {
  for (;;) {
    const int left = PQflush(handle_.get());
    if (left == 0) co_return Status::Ok();
    if (left < 0) co_return Broken();
    Status writable = co_await reactor_.WaitWritable(PQsocket(handle_.get()), limits);
    if (!writable.ok()) co_return writable;
  }
}

Task<Status> Connection::WaitForResult(std::size_t& received, std::size_t at_most, Limits limits) {
  while (PQisBusy(handle_.get()) != 0) {
    Status readable = co_await reactor_.WaitReadable(PQsocket(handle_.get()), limits);
    if (!readable.ok()) co_return readable;
    // libpq keeps a row until it is whole, so one field could fill the memory; what arrives is
    // counted before it is taken.
    int waiting = 0;
    if (ioctl(PQsocket(handle_.get()), FIONREAD, &waiting) == 0) received += static_cast<std::size_t>(waiting);
    if (received > at_most) {
      co_return Status(Code::kTruncated, "one row is larger than " + std::to_string(at_most) + " bytes");
    }
    if (PQconsumeInput(handle_.get()) == 0) co_return Broken();
  }
  co_return Status::Ok();
}

Task<Result<Value>> Connection::ReadRows(RowLimits most, Limits limits) {
  Value rows = Value::array();
  Status failed;
  std::size_t bytes = 0, received = 0;
  for (;;) {
    Status ready = co_await WaitForResult(received, 2 * most.bytes, limits);
    if (!ready.ok()) {
      Abandon();
      co_return std::move(ready).Within(peer_);
    }
    const Answer result(PQgetResult(handle_.get()));
    if (result == nullptr) break;
    switch (PQresultStatus(result.get())) {
      case PGRES_SINGLE_TUPLE:
      case PGRES_TUPLES_OK:
        received = 0;
        if (Append(result.get(), most, bytes, rows)) break;
        Abandon();
        co_return Status(Code::kTruncated, peer_ + ": the query gives more than " + std::to_string(most.rows) +
                                               " rows or " + std::to_string(most.bytes) + " bytes")
            .WithHint("add a limit, or let the server count");
      case PGRES_COMMAND_OK:
      case PGRES_EMPTY_QUERY: break;
      case PGRES_COPY_IN:
      case PGRES_COPY_OUT:
      case PGRES_COPY_BOTH:
        Abandon();
        co_return Status(Code::kError, peer_ + ": COPY is no query").WithHint("select the rows");
      default:
        if (failed.ok()) {
          const std::string state = Field(result.get(), PG_DIAG_SQLSTATE);
          failed = state.empty() ? Broken()
                                 : StatusOf(state, Field(result.get(), PG_DIAG_MESSAGE_PRIMARY), user(), peer_);
        }
    }
  }
  if (!failed.ok()) co_return failed;
  co_return rows;
}

Task<Result<Value>> Connection::Run(std::string sql, Parameters parameters, RowLimits most, Limits limits) {
  if (!usable()) co_return Status(Code::kUnreachable, peer_ + ": the connection is gone");
  std::vector<const char*> values;
  for (const auto& parameter : parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
  const int sent = PQsendQueryParams(handle_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                     values.data(), nullptr, nullptr, 0);
  if (sent == 0) co_return Broken();
  PQsetSingleRowMode(handle_.get());
  Status flushed = co_await Flush(limits);
  if (!flushed.ok()) {
    Abandon();
    co_return std::move(flushed).Within(peer_);
  }
  co_return co_await ReadRows(most, limits);
}

Task<Result<Value>> Connection::Execute(std::string sql, Parameters parameters, Limits limits) {
  co_return co_await Run(std::move(sql), std::move(parameters), RowLimits(), std::move(limits));
}

Task<Result<Value>> Connection::Query(std::string sql, Parameters parameters, RowLimits most, Limits limits) {
  Result<Value> begun = co_await Run("begin transaction read only", {}, most, limits);
  if (!begun.ok()) co_return begun;
  Parameters timeout;
  timeout.emplace_back(Remaining(limits));
  Result<Value> set = co_await Run("select set_config('statement_timeout', $1, true)", timeout, most, limits);
  Result<Value> rows = set;
  if (set.ok()) rows = co_await Run(std::move(sql), std::move(parameters), most, limits);
  if (usable()) {
    // Whatever the statement did to the transaction, the next one starts outside of any.
    Result<Value> ended = co_await Run("rollback", {}, most, limits);
    if (!ended.ok()) Abandon();
  }
  co_return rows;
}

}  // namespace upkeep::postgres
