// SPDX-License-Identifier: Apache-2.0
//
// A TransferRequest as options of a libcurl handle.

#ifndef UPKEEP_BASE_IO_CURL_OPTIONS_H_
#define UPKEEP_BASE_IO_CURL_OPTIONS_H_

#include <curl/curl.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/io/transfer.h"
#include "base/status.h"

namespace upkeep::io {

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// Lists that a handle points to for as long as it lives.
struct CurlLists {
  std::unique_ptr<curl_slist, FreeList> headers, recipients, connect_to;
};

/// Where a request goes.
struct CurlAddress {
  std::string url;         ///< As given to libcurl: with the server name as host where one is set.
  std::string host_header; ///< What the URL's host was before that; "" when it was not changed.
  std::string connect_to;  ///< libcurl's "HOST:PORT:CONNECT-TO-HOST:CONNECT-TO-PORT", or "".
  std::string peer;        ///< "scheme://host:port", for messages.
  bool is_mail = false;
};

/// kInvalid for what is no http(s) or smtp(s) URL. Never repeats the URL: it may hold secrets.
Result<CurlAddress> ReadAddress(const TransferRequest& request);

/// `request` and `lists` must outlive `easy`, which points into them.
Status SetOptions(CURL* easy, const TransferRequest& request, const CurlAddress& address,
                  CurlLists& lists);

/// `text` with each line ended by CR LF, as SMTP wants it.
std::string MailText(std::string_view text);

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_CURL_OPTIONS_H_
