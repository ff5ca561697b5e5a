// SPDX-License-Identifier: Apache-2.0
//
// Finds where a JSON object ends in bytes that come in pieces, 64 bytes at a step: brackets are
// counted outside strings, and nothing else is looked at.
//
// THREADS: one at a time.

#ifndef UPKEEP_CHECKS_KUBERNETES_BRACKET_SCANNER_H_
#define UPKEEP_CHECKS_KUBERNETES_BRACKET_SCANNER_H_

#include <cstddef>
#include <string_view>

namespace upkeep::kubernetes {

class BracketScanner {
 public:
  /// The next byte is the opening bracket of an object.
  void Begin() {
    depth_ = 0;
    in_string_ = escaped_ = false;
  }
  /// How many of `bytes` belong to the object; done() when it ends there. Nesting beyond any
  /// bound may be noticed up to 64 bytes late: see depth().
  std::size_t Scan(std::string_view bytes);
  bool done() const { return depth_ == 0; }
  int depth() const { return depth_; }

 private:
  std::size_t ScanSlowly(std::string_view bytes);

  int depth_ = 0;
  bool in_string_ = false, escaped_ = false;
};

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_BRACKET_SCANNER_H_
