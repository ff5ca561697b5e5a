// SPDX-License-Identifier: Apache-2.0
//
// The inventory's TLS settings as what a connection is made with.
//
// THREADS: any.

#ifndef UPKEEP_CHECKS_TARGETS_TLS_FILES_H_
#define UPKEEP_CHECKS_TARGETS_TLS_FILES_H_

#include "base/io/transfer.h"
#include "base/status.h"
#include "base/text.h"
#include "checks/targets/inventory.h"

namespace upkeep::checks {

/// Reads the files that `settings` name, anew at each call since they may have been renewed.
/// kConfig or kNotPermitted names the file. The private key is made known to `redactor`.
Result<io::TlsOptions> ReadTlsFiles(const TlsSettings& settings, Redactor& redactor);

}  // namespace upkeep::checks

#endif  // UPKEEP_CHECKS_TARGETS_TLS_FILES_H_
