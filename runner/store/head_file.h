// SPDX-License-Identifier: Apache-2.0
//
// The file <store>.head holds the newest ledger entry's number and hash. It is written after
// each commit, without waiting for the disk: it may be older than the store, never newer. So a
// head that the store's ledger does not hold means that the store is an older copy.

#ifndef UPKEEP_RUNNER_STORE_HEAD_FILE_H_
#define UPKEEP_RUNNER_STORE_HEAD_FILE_H_

#include <optional>
#include <string>

#include "base/status.h"
#include "runner/store/ledger.h"

namespace upkeep::store {

std::string HeadFileOf(const std::string& store_path);

/// No value when the file is not there; kStore when it can't be read; kEvidence when it holds
/// something else.
Result<std::optional<LedgerHead>> ReadHeadFile(const std::string& store_path);

/// Overwrites in place: the text has a fixed length, so a reader sees the old or the new one.
Status WriteHeadFile(const std::string& store_path, const LedgerHead& head);

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_HEAD_FILE_H_
