// SPDX-License-Identifier: Apache-2.0
//
// Lines from a terminal, edited as in a shell (libedit): history of this session, Tab completion,
// what ~/.editrc says. libedit is loaded when the first editor is made (base/late_library.h).
//
// THREADS: main only; one at a time.

#ifndef UPKEEP_RUNNER_CLI_LINE_EDITOR_H_
#define UPKEEP_RUNNER_CLI_LINE_EDITOR_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "runner/cli/line_source.h"

namespace upkeep::cli {

/// Whole words that `word`, the one before the cursor, may become.
using Completer = std::function<std::vector<std::string>(std::string_view word)>;

class LineEditor final : public LineSource {
 public:
  /// On standard input and output. kInternal, with the package to install, without the library.
  /// `interrupts` outlives the editor.
  static Result<std::unique_ptr<LineEditor>> Create(const Interrupts& interrupts, Completer completer);
  ~LineEditor() override;
  LineRead Read(const char* prompt) override;

 private:
  struct Impl;
  explicit LineEditor(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_LINE_EDITOR_H_
