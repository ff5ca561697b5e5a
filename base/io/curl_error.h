// SPDX-License-Identifier: Apache-2.0
//
// What libcurl's failures mean in our words.

#ifndef UPKEEP_BASE_IO_CURL_ERROR_H_
#define UPKEEP_BASE_IO_CURL_ERROR_H_

#include <curl/curl.h>

#include <string>
#include <string_view>

#include "base/status.h"

namespace upkeep::io {

struct CurlFailure {
  CURL* easy;
  CURLcode code;
  std::string_view detail;  ///< libcurl's own sentence, or "".
  const std::string& peer;
  bool is_mail;
  Code unverified;          ///< TransferRequest::unverified.
};

Status ExplainFailure(const CurlFailure& failure);

/// How far a transfer has come: "while connecting" …
std::string PhaseOf(CURL* easy);

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_CURL_ERROR_H_
