// SPDX-License-Identifier: Apache-2.0
#include "checks/targets/tls_files.h"

#include <algorithm>
#include <utility>

#include "checks/targets/files.h"

namespace upkeep::checks {
namespace {

constexpr std::size_t kMaxPemBytes = std::size_t{1} << 20;

Status ReadPem(const std::string& path, const std::string& what, std::string& pem) {
  if (path.empty()) return Status::Ok();
  Result<std::string> text = ReadSmallFile(path, what, kMaxPemBytes);
  if (!text.ok()) return text.status();
  pem = std::move(*text);
  if (pem.find("-----BEGIN ") == std::string::npos) {
    return Status(Code::kConfig, what + " '" + path + "' holds no PEM text");
  }
  return Status::Ok();
}

/// The whole key, and each of its lines: a message may quote one.
void Hide(const std::string& pem, Redactor& redactor) {
  redactor.Add(pem);
  for (std::size_t at = 0; at < pem.size();) {
    const std::size_t end = std::min(pem.find('\n', at), pem.size());
    if (pem[at] != '-') redactor.Add(std::string_view(pem).substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace

Result<io::TlsOptions> ReadTlsFiles(const TlsSettings& settings, Redactor& redactor) {
  io::TlsOptions options;
  options.verify = settings.verified();
  options.check_name = settings.mode != "verify-ca";
  options.server_name = settings.server_name;
  UPKEEP_RETURN_IF_ERROR(ReadPem(settings.ca_file, "the authorities' file", options.ca_pem));
  UPKEEP_RETURN_IF_ERROR(ReadPem(settings.certificate_file, "the certificate", options.certificate_pem));
  UPKEEP_RETURN_IF_ERROR(ReadPem(settings.key_file, "the private key", options.private_key_pem));
  Hide(options.private_key_pem, redactor);
  return options;
}

}  // namespace upkeep::checks
