// SPDX-License-Identifier: Apache-2.0
//
// OpenSSL contexts made from TlsOptions.

#ifndef UPKEEP_BASE_IO_TLS_CONTEXT_H_
#define UPKEEP_BASE_IO_TLS_CONTEXT_H_

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/io/transfer.h"
#include "base/status.h"

namespace upkeep::io {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeContext>;

/// kConfig when an authority, certificate or key does not parse or fit. The system's
/// authorities are parsed once in ten minutes, not once a connection.
///
/// THREADS: any.
Result<TlsContext> MakeTlsContext(const TlsOptions& options);

/// OpenSSL's oldest queued error in words, or `fallback`; empties the queue.
std::string TakeTlsError(const char* fallback);

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_TLS_CONTEXT_H_
