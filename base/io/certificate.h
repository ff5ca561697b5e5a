// SPDX-License-Identifier: Apache-2.0
#ifndef UPKEEP_BASE_IO_CERTIFICATE_H_
#define UPKEEP_BASE_IO_CERTIFICATE_H_

#include <openssl/x509.h>

#include "base/io/stream.h"

namespace upkeep::io {

/// What `certificate` says about itself. Does not take ownership.
PeerCertificate ReadCertificate(X509* certificate);

/// Whether `certificate` is for `name`, a host name or a numeric address.
bool CertificateIsFor(X509* certificate, const std::string& name);

/// Whether `text` is a numeric IPv4 or IPv6 address.
bool IsAddress(const std::string& text);

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_CERTIFICATE_H_
