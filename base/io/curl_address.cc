// SPDX-License-Identifier: Apache-2.0
#include <curl/curl.h>

#include <memory>
#include <string>
#include <utility>

#include "base/io/curl_options.h"
#include "base/io/late_libcurl.h"

namespace upkeep::io {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

/// One part of `url`, or "".
std::string Part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool IsName(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '/' || c == '@' || c == '\x7f') return false;
  }
  return !text.empty();
}

/// Puts tls.server_name in the URL's place of the host, and sends the connection to that host
/// all the same: libcurl verifies the name that it finds in the URL.
Status UseServerName(CURLU* url, const std::string& name, const std::string& host,
                     const std::string& port, CurlAddress& address) {
  if (!IsName(name)) return Status(Code::kInvalid, "the TLS server name is not a host name");
  const bool named_port = !Part(url, CURLUPART_PORT).empty();
  if (curl_url_set(url, CURLUPART_HOST, name.c_str(), 0) != CURLUE_OK) {
    return Status(Code::kInvalid, "the TLS server name is not a host name");
  }
  address.connect_to = name + ":" + port + ":" + host + ":" + port;
  address.host_header = named_port ? host + ":" + port : host;
  return Status::Ok();
}

}  // namespace

Result<CurlAddress> ReadAddress(const TransferRequest& request) {
  UPKEEP_RETURN_IF_ERROR(StartLibcurl());
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (!url) return Status(Code::kInternal, "libcurl is out of memory");
  const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(),
                                      CURLU_NON_SUPPORT_SCHEME);
  if (code != CURLUE_OK) {
    return Status(Code::kInvalid, std::string("not a URL: ") + curl_url_strerror(code));
  }
  const std::string scheme = Part(url.get(), CURLUPART_SCHEME);
  const std::string host = Part(url.get(), CURLUPART_HOST);
  CurlAddress address;
  address.is_mail = scheme == "smtp" || scheme == "smtps";
  if (scheme != "http" && scheme != "https" && !address.is_mail) {
    return Status(Code::kInvalid, "a URL starts with http, https, smtp or smtps, not '" +
                                      scheme.substr(0, 16) + "'");
  }
  if (host.empty()) return Status(Code::kInvalid, "the URL names no host");
  const std::string port = Part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  address.peer = scheme + "://" + host + ":" + port;
  const std::string& name = request.tls.server_name;
  if (!name.empty() && name != host && scheme != "http") {
    UPKEEP_RETURN_IF_ERROR(UseServerName(url.get(), name, host, port, address));
    address.url = Part(url.get(), CURLUPART_URL);
  } else {
    address.url = request.url;
  }
  return address;
}

}  // namespace upkeep::io
