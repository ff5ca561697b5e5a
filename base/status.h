// SPDX-License-Identifier: Apache-2.0
//
// Status says whether something worked and, if not, what failed, why, and what helps. Result<T>
// is a T or the Status that explains its absence. No exception crosses a room: third-party
// throws are caught in the adapter that calls the library and become a Status there.
//
// THREADS: plain values; as safe as std::string.

#ifndef UPKEEP_BASE_STATUS_H_
#define UPKEEP_BASE_STATUS_H_

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace upkeep {

/// What kind of failure. The first group are the reasons of an unknown result (DESIGN.md 2) and
/// carry over to it unchanged; the second are faults of input, of the store or of the tool and
/// map to exit codes (runner/cli/exit_codes.h).
enum class Code {
  kOk,
  kError,         ///< The target answered, and its answer is an error or makes no sense.
  kTimeout,       ///< The deadline passed first.
  kUnreachable,   ///< No connection: refused, no route, no such name, TLS failed.
  kNoData,        ///< The answer was empty where something must be.
  kNotPermitted,  ///< The target refused; the message names the missing grant.
  kUndeclared,    ///< The playbook did something that its head's needs do not name.
  kTruncated,     ///< The answer was cut off, or larger than its bound.
  kStale,         ///< The answer is older than it may be.

  kCancelled,     ///< Somebody asked for it to stop.
  kUsage,         ///< Wrong flag or argument (64).
  kInvalid,       ///< A bad playbook, schedule, case or other data (65).
  kConfig,        ///< A bad inventory, kubeconfig or setting (78).
  kStore,         ///< The store is unreadable, corrupt, full or not writable (74).
  kOutput,        ///< An output could not be written (73).
  kBusy,          ///< Somebody else holds what this needs (75).
  kDenied,        ///< This person may not do it (77).
  kPending,       ///< An approval is still open (80).
  kNotApproved,   ///< Approval denied or expired (81).
  kEvidence,      ///< Evidence does not verify (82).
  kNotFound,      ///< What was named is not there.
  kBudget,        ///< A playbook spent its memory or processor budget.
  kInternal,      ///< A fault of ours (70).
};

/// The word for `code` as reports and `-o json` spell it: "timeout", "not_permitted" …
std::string_view CodeName(Code code);

/// A place in a file that somebody edits. Lines and columns count from 1; 0 means unknown.
struct SourcePlace {
  std::string file;
  int line = 0;
  int column = 0;
  std::string text;  ///< The line itself, without its end, for the caret display.
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  static Status Ok() { return {}; }

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  /// The thing and the cause, one sentence, no trailing full stop needed.
  const std::string& message() const { return message_; }
  /// What helps; empty when nothing does.
  const std::string& hint() const { return hint_; }
  const std::optional<SourcePlace>& place() const { return place_; }

  Status WithHint(std::string hint) && {
    hint_ = std::move(hint);
    return std::move(*this);
  }
  Status At(SourcePlace place) && {
    place_ = std::move(place);
    return std::move(*this);
  }
  /// Puts "`context`: " in front of the message.
  Status Within(std::string_view context) && {
    message_.insert(0, std::string(context) + ": ");
    return std::move(*this);
  }

  /// The whole text for a person: `file:line:column: message`, the line with a caret under the
  /// column, and the hint, each on lines of its own.
  std::string Describe() const;

 private:
  Code code_ = Code::kOk;
  std::string message_;
  std::string hint_;
  std::optional<SourcePlace> place_;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit
  Result(Status status) : value_(std::in_place_index<1>, std::move(status)) {  // NOLINT
    assert(!std::get<1>(value_).ok() && "a Result without a value needs a reason");
  }

  bool ok() const { return value_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// kOk's Status when ok().
  Status status() const { return ok() ? Status() : std::get<1>(value_); }

  /// REQUIRES: ok().
  T& value() & { return std::get<0>(value_); }
  const T& value() const& { return std::get<0>(value_); }
  /// By value: `for (auto& row : *store.Rows())` would otherwise walk a dead vector.
  T value() && { return std::get<0>(std::move(value_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Status> value_;
};

}  // namespace upkeep

/// Returns from the enclosing function when `expression` is not ok.
#define UPKEEP_RETURN_IF_ERROR(expression)                 \
  do {                                                     \
    if (::upkeep::Status upkeep_status_ = (expression); !upkeep_status_.ok()) { \
      return upkeep_status_;                               \
    }                                                      \
  } while (false)

#endif  // UPKEEP_BASE_STATUS_H_
