// SPDX-License-Identifier: Apache-2.0
//
// What checks/postgres calls of libpq, which is loaded when it is first needed
// (base/late_library.h).
#include "checks/postgres/late_libpq.h"

#include <libpq-fe.h>

#include "base/late_library.h"

namespace {

constexpr upkeep::LateLibrary kLibpq("libpq.so.5", "libpq5");
UPKEEP_NEEDS_LATER("libpq.so.5", "postgres");

}  // namespace

namespace upkeep::postgres {

Status LoadLibpq() { return kLibpq.Load(); }

}  // namespace upkeep::postgres

UPKEEP_FORWARD(kLibpq, PGconn*, PQconnectStartParams,
               (const char* const* keywords, const char* const* values, int expand), (keywords, values, expand))
UPKEEP_FORWARD(kLibpq, PostgresPollingStatusType, PQconnectPoll, (PGconn * connection), (connection))
UPKEEP_FORWARD(kLibpq, void, PQfinish, (PGconn * connection), (connection))
UPKEEP_FORWARD(kLibpq, char*, PQuser, (const PGconn* connection), (connection))
UPKEEP_FORWARD(kLibpq, ConnStatusType, PQstatus, (const PGconn* connection), (connection))
UPKEEP_FORWARD(kLibpq, char*, PQerrorMessage, (const PGconn* connection), (connection))
UPKEEP_FORWARD(kLibpq, int, PQsocket, (const PGconn* connection), (connection))
UPKEEP_FORWARD(kLibpq, PGVerbosity, PQsetErrorVerbosity, (PGconn * connection, PGVerbosity verbosity),
               (connection, verbosity))
UPKEEP_FORWARD(kLibpq, PQnoticeReceiver, PQsetNoticeReceiver,
               (PGconn * connection, PQnoticeReceiver receiver, void* context), (connection, receiver, context))
UPKEEP_FORWARD(kLibpq, int, PQsetnonblocking, (PGconn * connection, int on), (connection, on))
UPKEEP_FORWARD(kLibpq, int, PQsetSingleRowMode, (PGconn * connection), (connection))
UPKEEP_FORWARD(kLibpq, int, PQsendQueryParams,
               (PGconn * connection, const char* command, int count, const Oid* types, const char* const* values,
                const int* lengths, const int* formats, int result_format),
               (connection, command, count, types, values, lengths, formats, result_format))
UPKEEP_FORWARD(kLibpq, int, PQflush, (PGconn * connection), (connection))
UPKEEP_FORWARD(kLibpq, int, PQconsumeInput, (PGconn * connection), (connection))
UPKEEP_FORWARD(kLibpq, int, PQisBusy, (PGconn * connection), (connection))
UPKEEP_FORWARD(kLibpq, PGresult*, PQgetResult, (PGconn * connection), (connection))

UPKEEP_FORWARD(kLibpq, PGcancel*, PQgetCancel, (PGconn * connection), (connection))
UPKEEP_FORWARD(kLibpq, int, PQcancel, (PGcancel * cancel, char* error, int size), (cancel, error, size))
UPKEEP_FORWARD(kLibpq, void, PQfreeCancel, (PGcancel * cancel), (cancel))

UPKEEP_FORWARD(kLibpq, ExecStatusType, PQresultStatus, (const PGresult* result), (result))
UPKEEP_FORWARD(kLibpq, char*, PQresultErrorField, (const PGresult* result, int field), (result, field))
UPKEEP_FORWARD(kLibpq, int, PQntuples, (const PGresult* result), (result))
UPKEEP_FORWARD(kLibpq, int, PQnfields, (const PGresult* result), (result))
UPKEEP_FORWARD(kLibpq, char*, PQfname, (const PGresult* result, int column), (result, column))
UPKEEP_FORWARD(kLibpq, Oid, PQftype, (const PGresult* result, int column), (result, column))
UPKEEP_FORWARD(kLibpq, char*, PQgetvalue, (const PGresult* result, int row, int column), (result, row, column))
UPKEEP_FORWARD(kLibpq, int, PQgetlength, (const PGresult* result, int row, int column), (result, row, column))
UPKEEP_FORWARD(kLibpq, int, PQgetisnull, (const PGresult* result, int row, int column), (result, row, column))
UPKEEP_FORWARD(kLibpq, void, PQclear, (PGresult * result), (result))
