// SPDX-License-Identifier: Apache-2.0
#include "base/io/curl_transfer.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <utility>

#include "base/io/curl_error.h"

namespace upkeep::io {
namespace {

constexpr std::size_t kMaxHeaderBytes = std::size_t{256} << 10;

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t start = text.find_first_not_of(kBlank);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlank) - start + 1);
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

std::chrono::microseconds TimeOf(CURL* easy, CURLINFO info) {
  curl_off_t time = 0;
  curl_easy_getinfo(easy, info, &time);
  return std::chrono::microseconds(time);
}

/// From one of libcurl's points in time to the next; zero where a kept-alive connection skipped.
std::chrono::microseconds Span(std::chrono::microseconds from, std::chrono::microseconds to) {
  return std::max(to - from, std::chrono::microseconds(0));
}

}  // namespace

Result<std::unique_ptr<CurlTransfer>> CurlTransfer::Create(TransferRequest request) {
  std::unique_ptr<CurlTransfer> transfer(new CurlTransfer(std::move(request)));
  UPKEEP_RETURN_IF_ERROR(transfer->Prepare());
  return transfer;
}

CurlTransfer::~CurlTransfer() {
  if (easy_ != nullptr) curl_easy_cleanup(easy_);
}

Status CurlTransfer::Prepare() {
  Result<CurlAddress> address = ReadAddress(request_);
  if (!address.ok()) return address.status();
  peer_ = address->peer;
  is_mail_ = address->is_mail;
  easy_ = curl_easy_init();
  if (easy_ == nullptr) return Status(Code::kInternal, "libcurl could not make a handle");
  UPKEEP_RETURN_IF_ERROR(SetOptions(easy_, request_, *address, lists_));
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_text_);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &CurlTransfer::OnBody);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &CurlTransfer::OnHeader);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  if (is_mail_) {
    request_.body = MailText(request_.body);
    curl_easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy_, CURLOPT_READFUNCTION, &CurlTransfer::OnRead);
    curl_easy_setopt(easy_, CURLOPT_READDATA, this);
    curl_easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE,
                     static_cast<curl_off_t>(request_.body.size()));
  }
  return Status::Ok();
}

void CurlTransfer::Abandon() {
  stopped_ = Stopped::kAbandoned;
  listener_ = nullptr;
}

std::size_t CurlTransfer::OnBody(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const std::size_t length = size * count;
  return transfer.TakeBody({bytes, length}) ? length : CURL_WRITEFUNC_ERROR;
}

std::size_t CurlTransfer::OnHeader(char* bytes, std::size_t size, std::size_t count,
                                   void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const std::size_t length = size * count;
  return transfer.TakeHeader({bytes, length}) ? length : CURL_WRITEFUNC_ERROR;
}

std::size_t CurlTransfer::OnRead(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const std::string& body = transfer.request_.body;
  const std::size_t length = std::min(size * count, body.size() - transfer.mail_sent_);
  std::memcpy(bytes, body.data() + transfer.mail_sent_, length);
  transfer.mail_sent_ += length;
  return length;
}

bool CurlTransfer::TakeBody(std::string_view piece) {
  if (stopped_ != Stopped::kNo) return false;
  if (piece.size() > request_.max_response_bytes - body_bytes_) {
    stopped_ = Stopped::kBodyTooLarge;
    if (HasEnough()) response_.body.append(piece.substr(0, request_.max_response_bytes - body_bytes_));
    return false;
  }
  body_bytes_ += piece.size();
  if (request_.on_data) {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) {
      const bool go_on = request_.on_data(piece);
      // The reader may have given up on the whole transfer, and so abandoned this one.
      if (go_on || stopped_ != Stopped::kNo) return go_on && stopped_ == Stopped::kNo;
      stopped_ = Stopped::kByReader;
      return false;
    }
  }
  if (response_.body.empty()) {
    curl_off_t announced = -1;
    curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (announced > 0 &&
        static_cast<std::size_t>(announced) <= request_.max_response_bytes) {
      response_.body.reserve(static_cast<std::size_t>(announced));
    }
  }
  response_.body.append(piece);
  return true;
}

bool CurlTransfer::TakeHeader(std::string_view line) {
  if (stopped_ != Stopped::kNo) return false;
  if (is_mail_) {
    mail_replies_.Take(line);
    return true;
  }
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    stopped_ = Stopped::kHeadersTooLarge;
    return false;
  }
  if (line.starts_with("HTTP/")) {  // A new answer: after a redirect, or after 100 Continue.
    response_.headers.clear();
    return true;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return true;
  response_.headers.emplace_back(LowerCase(Trim(line.substr(0, colon))),
                                 std::string(Trim(line.substr(colon + 1))));
  return true;
}

void CurlTransfer::Done(CURLcode code) {
  if (!listener_) return;
  const auto listener = std::move(listener_);
  listener_ = nullptr;
  listener(Answer(code));
}

Status CurlTransfer::StoppedStatus() const {
  switch (stopped_) {
    case Stopped::kBodyTooLarge:
      return Status(Code::kTruncated, peer_ + ": the answer is larger than its bound of " +
                                          std::to_string(request_.max_response_bytes) +
                                          " bytes");
    case Stopped::kHeadersTooLarge:
      return Status(Code::kTruncated, peer_ + ": the answer's headers are larger than " +
                                          std::to_string(kMaxHeaderBytes) + " bytes");
    case Stopped::kByReader:
      return Status(Code::kTruncated, peer_ + ": the answer was not read to its end");
    case Stopped::kNo:
    case Stopped::kAbandoned:
      break;
  }
  return Status(Code::kCancelled, "cancelled");
}

Result<TransferResponse> CurlTransfer::Answer(CURLcode code) {
  if (HasEnough()) return TakeResponse();
  if (stopped_ != Stopped::kNo) return StoppedStatus();
  if (code != CURLE_OK) {
    const CurlFailure failure{easy_, code, error_text_, peer_, is_mail_, request_.unverified};
    return ExplainFailure(failure);
  }
  return TakeResponse();
}

bool CurlTransfer::HasEnough() const {
  if (!request_.status_is_enough || is_mail_) return false;
  constexpr long kFirstFinalStatus = 200;
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  return status >= kFirstFinalStatus;
}

TransferResponse CurlTransfer::TakeResponse() {
  long status = 0, redirects = 0;
  char* url = nullptr;
  char* redirect_url = nullptr;
  curl_off_t received = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy_, CURLINFO_REDIRECT_COUNT, &redirects);
  curl_easy_getinfo(easy_, CURLINFO_EFFECTIVE_URL, &url);
  curl_easy_getinfo(easy_, CURLINFO_REDIRECT_URL, &redirect_url);
  curl_easy_getinfo(easy_, CURLINFO_SIZE_DOWNLOAD_T, &received);
  response_.status = static_cast<int>(status);
  response_.redirects = static_cast<int>(redirects);
  // Where the URL was rewritten for another server name, people know the one they asked for.
  const bool rewritten = !request_.tls.server_name.empty() && redirects == 0;
  response_.effective_url = rewritten || url == nullptr ? request_.url : url;
  if (redirect_url != nullptr) response_.redirect_url = redirect_url;
  if (is_mail_) response_.recipients = mail_replies_.Recipients(request_.mail.to.size());
  response_.bytes_received = static_cast<std::size_t>(received);

  const auto named = TimeOf(easy_, CURLINFO_NAMELOOKUP_TIME_T);
  const auto connected = TimeOf(easy_, CURLINFO_CONNECT_TIME_T);
  const auto secured = TimeOf(easy_, CURLINFO_APPCONNECT_TIME_T);
  const auto asked = TimeOf(easy_, CURLINFO_PRETRANSFER_TIME_T);
  response_.name_lookup = named;
  response_.connect = Span(named, connected);
  response_.tls_handshake = secured.count() == 0 ? secured : Span(connected, secured);
  response_.first_byte = Span(asked, TimeOf(easy_, CURLINFO_STARTTRANSFER_TIME_T));
  response_.total = TimeOf(easy_, CURLINFO_TOTAL_TIME_T);
  return std::move(response_);
}

std::string CurlTransfer::Phase() const { return PhaseOf(easy_); }

}  // namespace upkeep::io
