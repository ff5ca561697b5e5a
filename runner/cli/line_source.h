// SPDX-License-Identifier: Apache-2.0
//
// Where a session's lines come from: a descriptor, as it is, or a terminal with an editor.
//
// THREADS: main only.

#ifndef UPKEEP_RUNNER_CLI_LINE_SOURCE_H_
#define UPKEEP_RUNNER_CLI_LINE_SOURCE_H_

#include <string>

#include "runner/cli/interrupts.h"

namespace upkeep::cli {

struct LineRead {
  enum class How { kLine, kInterrupted, kEnd, kTooLong };
  How how = How::kEnd;
  std::string text;                    ///< kLine: without its end.
};

/// More than anybody types, and less than what a wrong file would fill memory with.
constexpr std::size_t kMostLineBytes = std::size_t{1} << 20;

class LineSource {
 public:
  virtual ~LineSource() = default;
  /// The next line, asked for with `prompt` where somebody reads it. kInterrupted when Ctrl-C or
  /// SIGTERM came first; what was typed so far is dropped then.
  virtual LineRead Read(const char* prompt) = 0;
};

/// Lines of a descriptor; `prompts` writes prompts to standard output.
class DescriptorLines final : public LineSource {
 public:
  /// `interrupts` outlives it.
  DescriptorLines(int descriptor, bool prompts, const Interrupts& interrupts)
      : descriptor_(descriptor), prompts_(prompts), interrupts_(interrupts) {}
  LineRead Read(const char* prompt) override;

 private:
  const int descriptor_;
  const bool prompts_;
  const Interrupts& interrupts_;
  std::string read_;                   ///< Not yet handed out.
  bool ended_ = false;
};

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_LINE_SOURCE_H_
