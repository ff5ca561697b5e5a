// SPDX-License-Identifier: Apache-2.0
//
// What a transfer asks for and what it gives: plain data, so that the rooms that speak HTTP,
// S3 or SMTP need not know libcurl.

#ifndef UPKEEP_BASE_IO_TRANSFER_H_
#define UPKEEP_BASE_IO_TRANSFER_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace upkeep::io {

/// How TLS is checked and what is shown to the peer. PEM texts, not paths: who reads the files
/// decides when to read them again.
struct TlsOptions {
  bool verify = true;               ///< False only where the inventory says so; reports then say it.
  bool check_name = true;           ///< False: a chain that leads to an authority is enough.
  std::string ca_pem;               ///< Empty: the system's authorities.
  std::string certificate_pem;      ///< Client certificate with its chain, or empty.
  std::string private_key_pem;      ///< Its key. Secret.
  std::string server_name;          ///< Name to verify instead of the URL's host; empty: the host.
};

struct Mail {
  std::string from;                 ///< Envelope sender, no angle brackets.
  std::vector<std::string> to;      ///< Envelope recipients.
};

struct TransferRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;                 ///< Sent with PUT, POST, PATCH and as a mail's text.
  TlsOptions tls;
  std::string user, password;       ///< Basic, SMTP AUTH, or with aws_sigv4 the key pair. Secret.
  /// "aws:amz:REGION:s3" signs the request; empty: don't. S3 also wants the header
  /// x-amz-content-sha256 ("UNSIGNED-PAYLOAD" will do over TLS).
  std::string aws_sigv4;
  Mail mail;                        ///< For smtp:// and smtps:// URLs.
  bool require_tls = false;         ///< SMTP: refuse to go on without STARTTLS.
  bool follow_redirects = false;    ///< At most 5, never to another scheme than http(s).
  bool accept_compressed = true;
  /// Rather than open another connection, wait for one that is being made to the same server,
  /// and share it where it speaks HTTP/2.
  bool share_connection = false;
  /// What a certificate that does not verify is. Whoever repeats what kUnreachable is wants to know
  /// it from a host that is down: the next try finds the same certificate.
  Code unverified = Code::kUnreachable;
  bool proxy_from_environment = false;  ///< Obey http_proxy, https_proxy and no_proxy.
  std::size_t max_response_bytes = std::size_t{16} << 20;  ///< Of the body, decompressed.
  /// HTTP: once a final status has come, the answer is that status, with as much of the body as fits
  /// its bound: one that is larger, is cut off or never ends is no error.
  bool status_is_enough = false;
  std::chrono::milliseconds connect_timeout{5000};

  /// When set, gets the body piece by piece (decompressed) on the reactor's thread instead of
  /// TransferResponse::body, only for 2xx answers; false ends the transfer with kTruncated.
  std::function<bool(std::string_view)> on_data;
};

struct TransferResponse {
  int status = 0;                   ///< HTTP or SMTP status.
  std::vector<std::pair<std::string, std::string>> headers;  ///< Names in lower case.
  std::string body;
  std::string effective_url;        ///< After redirects.
  std::string redirect_url;         ///< Where a 3xx that was not followed points, made absolute.
  int redirects = 0;
  /// How long each step took; zero for the steps that a kept-alive connection skips. first_byte
  /// is from sending the request to the first byte of the answer.
  std::chrono::microseconds name_lookup{0}, connect{0}, tls_handshake{0}, first_byte{0}, total{0};
  std::size_t bytes_received = 0;
  std::vector<int> recipients;      ///< SMTP: what was answered to each of Mail::to, in its order.

  /// The first header of that name (lower case), or "".
  std::string_view Header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_TRANSFER_H_
