// SPDX-License-Identifier: Apache-2.0
//
// The reader of case files. It takes what docs/schema/case.schema.json allows and nothing else: an
// unknown or repeated key, a wrong type and a wrong word are errors, each with its line and column, and
// all of a file are told at once. A case that expects no result is one of them: it could not fail.
//
// THREADS: any.

#ifndef UPKEEP_RUNNER_RUN_CASE_READER_H_
#define UPKEEP_RUNNER_RUN_CASE_READER_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "runner/run/case.h"

namespace upkeep::run {

/// kNotFound, or kInvalid with everything that is wrong (at most 100 things), each with its place;
/// with `apart`, each is there by itself as well.
Result<CaseFile> ReadCaseFile(const std::string& path, std::vector<Status>* apart = nullptr);
/// The file beside the playbook; one of another playbook's cases is kInvalid, too.
Result<CaseFile> ReadCasesOf(const Playbook& playbook, std::vector<Status>* apart = nullptr);
/// The same from bytes; `path` is what messages call the file.
Result<CaseFile> ReadCaseText(const std::string& text, const std::string& path,
                              std::vector<Status>* apart = nullptr);

}  // namespace upkeep::run

#endif  // UPKEEP_RUNNER_RUN_CASE_READER_H_
