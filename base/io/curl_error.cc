// SPDX-License-Identifier: Apache-2.0
#include "base/io/curl_error.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace upkeep::io {
namespace {

curl_off_t ReachedAfter(CURL* easy, CURLINFO info) {
  curl_off_t time = 0;
  curl_easy_getinfo(easy, info, &time);
  return time;
}

bool AnswerBegan(CURL* easy) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return status != 0;
}

/// True from the end of the TCP handshake on. CURLINFO_CONNECT_TIME is set after TLS only.
bool HasConnection(CURL* easy) {
  const char* address = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
  return address != nullptr && address[0] != '\0';
}

std::string Detail(const CurlFailure& failure) {
  std::string text(failure.detail.empty() ? curl_easy_strerror(failure.code) : failure.detail);
  while (!text.empty() && (text.back() == '\n' || text.back() == '.')) text.pop_back();
  return text;
}

std::string ConnectCause(CURL* easy) {
  long error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
  if (error == ECONNREFUSED) return "connection refused";
  if (error == EHOSTUNREACH || error == ENETUNREACH) return "no route to it";
  if (error == ETIMEDOUT) return "no answer to the connection attempt";
  if (error != 0) return std::string("no connection: ") + std::strerror(static_cast<int>(error));
  return "no connection";
}

/// The peer went away in the middle. What it had begun to say decides what that is.
Status CutOff(const CurlFailure& failure) {
  if (AnswerBegan(failure.easy)) {
    return Status(Code::kTruncated,
                  failure.peer + ": the answer was cut off (" + Detail(failure) + ")");
  }
  return Status(Code::kUnreachable,
                failure.peer + ": it closed the connection without an answer");
}

Status TimedOut(const CurlFailure& failure) {
  // Only the time for connecting is libcurl's to watch; deadlines are the reactor's.
  return Status(HasConnection(failure.easy) ? Code::kTimeout : Code::kUnreachable,
                failure.peer + ": no connection in time, given up " + PhaseOf(failure.easy));
}

Status MailFailure(const CurlFailure& failure) {
  long status = 0;
  curl_easy_getinfo(failure.easy, CURLINFO_RESPONSE_CODE, &status);
  // To SMTP 4xx is "not now" and 5xx "never".
  const bool later = status >= 400 && status < 500;
  const Code code = failure.code == CURLE_LOGIN_DENIED ? Code::kNotPermitted
                    : later                            ? Code::kBusy
                                                       : Code::kError;
  std::string text = failure.peer + ": the mail server refused: " + Detail(failure);
  if (status >= 400 && text.find(std::to_string(status)) == std::string::npos) {
    text += " (" + std::to_string(status) + ")";
  }
  return Status(code, std::move(text));
}

}  // namespace

std::string PhaseOf(CURL* easy) {
  curl_off_t received = 0;
  curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
  if (received > 0) {
    return "in the middle of the answer (" + std::to_string(received) + " bytes so far)";
  }
  if (AnswerBegan(easy)) return "in the middle of the answer";
  if (ReachedAfter(easy, CURLINFO_PRETRANSFER_TIME_T) > 0) return "before the answer began";
  if (HasConnection(easy)) return "after connecting, in the handshake";
  if (ReachedAfter(easy, CURLINFO_NAMELOOKUP_TIME_T) > 0) return "while connecting";
  return "before connecting";
}

Status ExplainFailure(const CurlFailure& failure) {
  const std::string& peer = failure.peer;
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return Status(Code::kUnreachable, peer + ": the name does not resolve");
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Status(Code::kUnreachable, peer + ": the proxy's name does not resolve");
    case CURLE_COULDNT_CONNECT:
      return Status(Code::kUnreachable, peer + ": " + ConnectCause(failure.easy));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return Status(failure.unverified, peer + ": TLS failed: " + Detail(failure));
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_USE_SSL_FAILED:
      return Status(Code::kUnreachable, peer + ": TLS failed: " + Detail(failure));
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      // Ours, not the peer's: a certificate, key or authority that does not parse or fit.
      return Status(Code::kConfig, peer + ": TLS can't be set up: " + Detail(failure));
    case CURLE_OPERATION_TIMEDOUT:
      return TimedOut(failure);
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      if (failure.is_mail && AnswerBegan(failure.easy)) return MailFailure(failure);
      return CutOff(failure);
    case CURLE_LOGIN_DENIED:
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_WEIRD_SERVER_REPLY:
      if (failure.is_mail) return MailFailure(failure);
      return Status(Code::kError, peer + ": " + Detail(failure));
    case CURLE_TOO_MANY_REDIRECTS:
      return Status(Code::kError, peer + ": more than 5 redirects");
    case CURLE_UNSUPPORTED_PROTOCOL:
      return Status(Code::kError, peer + ": it redirects to something that is not http(s)");
    case CURLE_URL_MALFORMAT:
      return Status(Code::kError, peer + ": it redirects to something that is no URL");
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return Status(Code::kInternal, peer + ": libcurl: " + Detail(failure));
    default:
      return Status(Code::kError, peer + ": " + Detail(failure));
  }
}

}  // namespace upkeep::io
