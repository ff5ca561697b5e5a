// SPDX-License-Identifier: Apache-2.0
#include "base/io/curl_options.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <utility>

namespace upkeep::io {
namespace {

constexpr long kMaxRedirects = 5;

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
  });
}

/// The characters of an HTTP method or header name (RFC 9110, "token").
bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::strchr("!#$%&'*+-.^_`|~", c) != nullptr;
  });
}

bool SameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

void Append(std::unique_ptr<curl_slist, FreeList>& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) return;  // Out of memory, which ends the program elsewhere.
  static_cast<void>(list.release());
  list.reset(longer);
}

Status AddHeaders(const TransferRequest& request, const CurlAddress& address, CurlLists& lists) {
  bool has_type = false, has_host = false;
  for (const auto& [name, value] : request.headers) {
    if (!IsToken(name) || HasControl(value)) {
      return Status(Code::kInvalid, "a header's name or value has a character that HTTP forbids");
    }
    has_type = has_type || SameName(name, "content-type");
    has_host = has_host || SameName(name, "host");
    // To libcurl "Name:" means "send no such header", and "Name;" one without a value.
    Append(lists.headers, value.empty() ? name + ";" : name + ": " + value);
  }
  if (!address.host_header.empty() && !has_host) {
    Append(lists.headers, "Host: " + address.host_header);
  }
  // libcurl would call every body a form, and hold a large one back until it is invited. Its
  // signer (7.88) counts the lines that take these headers away among the headers, and the
  // signature is wrong; so a signed request names a type, and does not wait for the invitation.
  if (!request.aws_sigv4.empty()) {
    if (!has_type && !request.body.empty()) {
      Append(lists.headers, "Content-Type: application/octet-stream");
    }
    return Status::Ok();
  }
  if (!has_type) Append(lists.headers, "Content-Type:");
  Append(lists.headers, "Expect:");
  return Status::Ok();
}

Status SetHttp(CURL* easy, const TransferRequest& request, const CurlAddress& address,
               CurlLists& lists) {
  if (!IsToken(request.method)) return Status(Code::kInvalid, "the HTTP method is not a word");
  UPKEEP_RETURN_IF_ERROR(AddHeaders(request, address, lists));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lists.headers.get());
  const std::string& method = request.method;
  const bool has_body = !request.body.empty() || method == "POST" || method == "PUT" ||
                        method == "PATCH";
  if (has_body) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  if (method == "HEAD" && !has_body) {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (method != (has_body ? "POST" : "GET")) {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
  }
  if (request.accept_compressed) curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, request.share_connection ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, request.follow_redirects ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, kMaxRedirects);
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  if (!request.aws_sigv4.empty()) {
    curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, request.aws_sigv4.c_str());
    curl_easy_setopt(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
  } else {
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
  }
  return Status::Ok();
}

Status SetMail(CURL* easy, const TransferRequest& request, CurlLists& lists) {
  const auto bad = [](const std::string& address) {
    return address.empty() || HasControl(address) ||
           address.find_first_of("<> \t") != std::string::npos;
  };
  if (bad(request.mail.from) || request.mail.to.empty() ||
      std::any_of(request.mail.to.begin(), request.mail.to.end(), bad)) {
    return Status(Code::kInvalid, "a mail needs a sender and recipients: plain addresses");
  }
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, request.mail.from.c_str());
  for (const std::string& to : request.mail.to) Append(lists.recipients, to);
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, lists.recipients.get());
  // One mailbox that is gone must not keep the mail from the others; MailReplies says whose it was.
  // The option has three L until libcurl 8.2, which keeps that name for old programs.
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, request.mail.to.size() > 1 ? 1L : 0L);
  // A mail is rare, and a server that is left with an open session waits for it.
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_USE_SSL,
                   static_cast<long>(request.require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  return Status::Ok();
}

void SetBlob(CURL* easy, CURLoption option, const std::string& pem) {
  if (pem.empty()) return;
  // The request outlives the handle, so libcurl need not copy.
  curl_blob blob{const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_NOCOPY};
  curl_easy_setopt(easy, option, &blob);
}

void SetTls(CURL* easy, const TlsOptions& tls) {
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, tls.verify ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, tls.verify && tls.check_name ? 2L : 0L);
  if (!tls.ca_pem.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, nullptr);
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  SetBlob(easy, CURLOPT_CAINFO_BLOB, tls.ca_pem);
  SetBlob(easy, CURLOPT_SSLCERT_BLOB, tls.certificate_pem);
  SetBlob(easy, CURLOPT_SSLKEY_BLOB, tls.private_key_pem);
}

}  // namespace

Status SetOptions(CURL* easy, const TransferRequest& request, const CurlAddress& address,
                  CurlLists& lists) {
  curl_easy_setopt(easy, CURLOPT_URL, address.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https,smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A transfer that is given up while its name is being resolved must not wait for the resolver.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 64L << 10);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(std::max<long long>(1, request.connect_timeout.count())));
  if (!request.proxy_from_environment) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  if (!request.user.empty() || !request.password.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, request.user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, request.password.c_str());
  }
  if (!address.connect_to.empty()) {
    Append(lists.connect_to, address.connect_to);
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, lists.connect_to.get());
  }
  SetTls(easy, request.tls);
  return address.is_mail ? SetMail(easy, request, lists)
                         : SetHttp(easy, request, address, lists);
}

std::string MailText(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32 + 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
    out += text[i];
  }
  return out;
}

}  // namespace upkeep::io
