// SPDX-License-Identifier: Apache-2.0
#include "base/io/warm_up.h"

#include <openssl/ssl.h>

#include <system_error>
#include <utility>

#include "base/io/late_libcurl.h"

namespace upkeep::io {
namespace {

void Prepare(const std::function<void()>& first) {
  first();
  (void)StartLibcurl();  // Whoever connects asks again.
  // The first context of a process makes OpenSSL look up every cipher and digest it has.
  SSL_CTX_free(SSL_CTX_new(TLS_client_method()));
}

}  // namespace

WarmUp::WarmUp(std::function<void()> first) {
  try {
    thread_ = std::thread(&Prepare, std::move(first));
  } catch (const std::system_error&) {
    // Nothing depends on it.
  }
}

WarmUp::~WarmUp() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace upkeep::io
