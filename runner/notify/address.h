// SPDX-License-Identifier: Apache-2.0
//
// What of a receiver's URL may be shown, and what of it may be a secret: some services put theirs
// into the path or the query.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_NOTIFY_ADDRESS_H_
#define UPKEEP_RUNNER_NOTIFY_ADDRESS_H_

#include <string>

#include "base/text.h"

namespace upkeep::notify {

/// "https://host:port" of the URL.
std::string Origin(const std::string& url);

/// Adds the URL's path and query, whole and in their parts, to what `redactor` takes out: receivers
/// say "no such page" with either. For a redactor of one delivery: a word such as "/upkeep" would
/// be missed elsewhere.
void HideAddress(const std::string& url, Redactor& redactor);

}  // namespace upkeep::notify

#endif  // UPKEEP_RUNNER_NOTIFY_ADDRESS_H_
