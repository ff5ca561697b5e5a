// SPDX-License-Identifier: Apache-2.0
#include "base/io/warm_up.h"

#include <openssl/ssl.h>

#include <system_error>

#include "base/io/late_libcurl.h"

namespace upkeep::io {
namespace {

void Prepare() {
  (void)StartLibcurl();  // Whoever connects asks again.
  // The first context of a process makes OpenSSL look up every cipher and digest it has.
  SSL_CTX_free(SSL_CTX_new(TLS_client_method()));
}

}  // namespace

WarmUp::WarmUp() {
  try {
    thread_ = std::thread(&Prepare);
  } catch (const std::system_error&) {
    // Nothing depends on it.
  }
}

WarmUp::~WarmUp() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace upkeep::io
