// SPDX-License-Identifier: Apache-2.0
//
// A TCP or TLS connection (OpenSSL) for protocols that libcurl does not speak: Redis, and the
// look at a server's certificates. Names are resolved on the reactor's pool, so that a slow
// resolver blocks nobody.
//
// THREADS: as its Reactor, which must outlive it.

#ifndef UPKEEP_BASE_IO_STREAM_H_
#define UPKEEP_BASE_IO_STREAM_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/io/reactor.h"
#include "base/status.h"
#include "base/task.h"

namespace upkeep::io {

/// One certificate as a server presented it.
struct PeerCertificate {
  std::string subject, issuer, serial;       ///< RFC 2253 names; serial in hexadecimal.
  std::vector<std::string> dns_names, ip_addresses;
  Instant not_before{}, not_after{};
  std::string sha256;                        ///< Fingerprint, lower-case hexadecimal.
  std::string key_type;                      ///< "RSA", "EC", "ED25519" …
  int key_bits = 0;
  std::string signature_algorithm;
};

/// Addresses of `host` (numeric text, IPv4 and IPv6 as getaddrinfo orders them), resolved on
/// the pool. kUnreachable when the name does not resolve. `reactor` must outlive the task.
Task<Result<std::vector<std::string>>> Resolve(Reactor& reactor, std::string host, Limits limits);

class Stream {
 public:
  /// Connects to the first address of `host` that answers. `reactor` must outlive the stream.
  static Task<Result<std::unique_ptr<Stream>>> Connect(Reactor& reactor, std::string host, int port,
                                                       Limits limits);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Turns the connection into TLS. `host` is what server_name defaults to. With
  /// options.verify == false the handshake goes through and verify_error() says what was wrong.
  Task<Status> StartTls(TlsOptions options, std::string host, Limits limits);

  /// Writes all of `bytes`.
  Task<Status> Write(std::string bytes, Limits limits);
  /// Reads at least one byte, at most `at_most`. "" when the peer closed in good order.
  Task<Result<std::string>> Read(std::size_t at_most, Limits limits);

  /// The chain as presented, leaf first; empty before StartTls().
  std::vector<PeerCertificate> PeerChain() const;
  /// What verification found wrong; "" when nothing. With verify == false the chain is judged
  /// before the name, so an expired certificate for another name is "certificate has expired".
  const std::string& verify_error() const;
  /// Whether the leaf is for the server name that StartTls() asked for.
  bool name_matches() const;
  /// "TLSv1.3", or "" in clear text.
  std::string tls_version() const;
  /// The numeric address that answered.
  const std::string& address() const;

 private:
  struct Impl;
  explicit Stream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_STREAM_H_
