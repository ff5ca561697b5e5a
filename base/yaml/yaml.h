// SPDX-License-Identifier: Apache-2.0
//
// The one reader of YAML files that people edit: inventory, schedules, kubeconfig, calendars,
// waivers. It keeps the place of every key and value, refuses what YAML readers usually let
// pass (repeated keys, several documents where one is wanted, a tab as indent, aliases that
// grow without bound), and lets the caller report all errors of a file in one pass.
//
// THREADS: a Document is immutable after Read and may be read from any thread.

#ifndef UPKEEP_BASE_YAML_YAML_H_
#define UPKEEP_BASE_YAML_YAML_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "base/value.h"

namespace upkeep::yaml {

enum class Kind { kNull, kScalar, kSequence, kMapping };

/// One node. Mappings keep the file's order.
struct Node {
  Kind kind = Kind::kNull;
  int line = 0, column = 0;                             ///< From 1.
  std::string scalar;                                   ///< As written, unquoted.
  bool quoted = false;                                  ///< "yes" and 'yes' are strings, yes is not.
  std::vector<Node> items;                              ///< Of a sequence.
  std::vector<std::pair<Node, Node>> entries;           ///< Of a mapping: key, value.

  // Defined below, where Node is complete: clang needs that for a vector of pairs of it.
  Node();
  Node(const Node&);
  Node(Node&&) noexcept;
  Node& operator=(const Node&);
  Node& operator=(Node&&) noexcept;
  ~Node();

  /// The value of `key` in a mapping, or null.
  const Node* Find(std::string_view key) const;
};

inline Node::Node() = default;
inline Node::Node(const Node&) = default;
inline Node::Node(Node&&) noexcept = default;
inline Node& Node::operator=(const Node&) = default;
inline Node& Node::operator=(Node&&) noexcept = default;
inline Node::~Node() = default;

/// A key that its mapping has twice; the tree holds both entries, and Find() gives the first.
struct RepeatedKey {
  Status error;
  int line = 0, column = 0;        ///< Of the mapping.
  /// That mapping is `node` or inside of it.
  bool IsIn(const Node& node) const;
};

struct Document {
  std::string file;                ///< Name for messages.
  std::string text;                ///< The bytes as read.
  Node root;
  std::vector<RepeatedKey> repeated;   ///< Only of ReadWithRepeatedKeys().

  SourcePlace PlaceOf(const Node& node) const;
};

/// Parses `text` (at most 4 MiB, 100 levels, 100,000 nodes after aliases are followed).
/// kInvalid with place, caret and hint otherwise; repeated keys included.
Result<Document> Read(std::string text, std::string file);
/// The same, but repeated keys are no failure: for a reader that can leave out the part they are in.
Result<Document> ReadWithRepeatedKeys(std::string text, std::string file);
/// Reads and parses the file at `path`; kNotFound, or kConfig when it can't be read.
Result<Document> ReadFile(const std::string& path);
/// The bytes of the file at `path`, at most a little more than what is parsed; errors as ReadFile().
Result<std::string> ReadBytes(const std::string& path);

/// Reads the known keys of one mapping and reports everything that is wrong with it: wrong
/// types, unknown keys (with the nearest known one as a hint), missing required keys. Errors
/// are appended to `errors`, and reading goes on, so that one pass shows them all.
///
///     MappingReader reader(document, node, "schedule", errors);
///     schedule.id = reader.RequiredString("id");
///     schedule.grace = reader.OptionalDuration("grace", minutes(5));
///     reader.Finish();                               // Unknown keys are reported here.
class MappingReader {
 public:
  /// All four must outlive the reader. `what` names the thing in messages.
  MappingReader(const Document& document, const Node& node, std::string what,
                std::vector<Status>& errors);

  /// The node at `key`, marked as known; null when absent or explicitly null.
  const Node* Take(std::string_view key);

  std::string RequiredString(std::string_view key);
  std::string OptionalString(std::string_view key, std::string fallback = "");
  std::int64_t OptionalInteger(std::string_view key, std::int64_t fallback, std::int64_t min,
                               std::int64_t max);
  double OptionalNumber(std::string_view key, double fallback, double min, double max);
  bool OptionalBool(std::string_view key, bool fallback);
  std::chrono::microseconds OptionalDuration(std::string_view key,
                                             std::chrono::microseconds fallback);
  /// A sequence of scalars, or one scalar as a list of one.
  std::vector<std::string> OptionalStrings(std::string_view key);
  /// One of `choices`; the first is the fallback.
  std::string OptionalChoice(std::string_view key, std::vector<std::string> choices);

  /// Reports at `node` of this document, with kInvalid.
  void Error(const Node& node, std::string message, std::string hint = "");
  /// Reports every key nobody took.
  void Finish();
  bool ok() const;

 private:
  const Document& document_;
  const Node& node_;
  std::string what_;
  std::vector<Status>& errors_;
  std::vector<std::string> taken_;
  std::size_t errors_before_;
};

/// Plain data of `node` by YAML 1.2 core rules (unquoted true/false/null/numbers get types).
Value ToValue(const Node& node);

/// The candidate nearest to `word` by edit distance (at most a third of its length, at least
/// one), for "did you mean"; "" when none is near.
std::string NearestWord(std::string_view word, const std::vector<std::string>& candidates);

/// All errors of a pass as one Status: kInvalid (or `code`), the first error's place, every
/// error's text in the message.
Status Combine(const std::vector<Status>& errors, Code code = Code::kInvalid);

}  // namespace upkeep::yaml

#endif  // UPKEEP_BASE_YAML_YAML_H_
