// SPDX-License-Identifier: Apache-2.0
//
// One libcurl easy handle with everything it points to: the request's texts, the lists, and the
// response as it grows.

#ifndef UPKEEP_BASE_IO_CURL_TRANSFER_H_
#define UPKEEP_BASE_IO_CURL_TRANSFER_H_

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/io/curl_options.h"
#include "base/io/mail_replies.h"
#include "base/io/transfer.h"
#include "base/status.h"

namespace upkeep::io {

class CurlTransfer {
 public:
  /// kInvalid when the request can't be sent as it is (URL, method, a line feed in a header).
  static Result<std::unique_ptr<CurlTransfer>> Create(TransferRequest request);
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  CURL* easy() const { return easy_; }
  bool added() const { return added_; }
  void set_added(bool added) { added_ = added; }

  /// Who is told, once, when the transfer has ended. The listener may destroy the transfer.
  void set_listener(std::function<void(Result<TransferResponse>)> listener) {
    listener_ = std::move(listener);
  }
  /// Nobody is interested any more: callbacks do nothing from here on.
  void Abandon();
  void Done(CURLcode code);

  /// Whether what has come so far is the answer all the same: its status has, and the request says
  /// that this is enough.
  bool HasEnough() const;
  /// REQUIRES: HasEnough().
  TransferResponse SoFar() { return TakeResponse(); }

  /// For a deadline's message: "while connecting", "before the first byte of the answer" …
  std::string Phase() const;
  /// "https://host:port": the peer in messages, without path and query, which may hold secrets.
  const std::string& peer() const { return peer_; }

 private:
  /// Why a callback of ours ended the transfer.
  enum class Stopped { kNo, kBodyTooLarge, kHeadersTooLarge, kByReader, kAbandoned };

  explicit CurlTransfer(TransferRequest request) : request_(std::move(request)) {}
  Status Prepare();
  static std::size_t OnBody(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t OnHeader(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t OnRead(char* bytes, std::size_t size, std::size_t count, void* self);
  bool TakeBody(std::string_view piece);
  bool TakeHeader(std::string_view line);
  Result<TransferResponse> Answer(CURLcode code);
  TransferResponse TakeResponse();
  Status StoppedStatus() const;

  TransferRequest request_;
  std::string peer_;
  bool is_mail_ = false;
  bool added_ = false;
  CURL* easy_ = nullptr;
  CurlLists lists_;
  char error_text_[CURL_ERROR_SIZE] = "";
  std::size_t mail_sent_ = 0;
  MailReplies mail_replies_;

  TransferResponse response_;
  std::size_t body_bytes_ = 0;
  std::size_t header_bytes_ = 0;
  Stopped stopped_ = Stopped::kNo;
  std::function<void(Result<TransferResponse>)> listener_;
};

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_CURL_TRANSFER_H_
