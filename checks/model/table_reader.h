// SPDX-License-Identifier: Apache-2.0
//
// Reads the known keys of one table of a head and reports everything that is wrong with it,
// each at its place. Private to checks/model.

#ifndef UPKEEP_CHECKS_MODEL_TABLE_READER_H_
#define UPKEEP_CHECKS_MODEL_TABLE_READER_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/text.h"
#include "base/value.h"
#include "checks/model/head.h"

namespace upkeep::checks {

/// Where errors go, and how they find their place.
struct HeadErrors {
  const PlaceFinder& place_of;
  std::vector<Status>& list;

  /// At `path`, or at the nearest table around it whose place is known.
  void Add(std::string_view path, std::string message, std::string hint = "");
};

/// Lua has one empty table for both, so an empty object is an empty list.
bool IsList(const Value& value);
/// {"$function": line}: where a function stands.
bool IsFunction(const Value& value);
/// "a string", "a table" … for messages.
std::string KindOf(const Value& value);
std::string Quoted(std::string_view text);

class TableReader {
 public:
  /// Both references must outlive the reader. `path` is the table's own ("" for the head).
  TableReader(const Value& table, std::string path, HeadErrors& errors);

  /// The value at `key`, marked as known; null when absent.
  const Value* Take(std::string_view key);

  std::string RequiredString(std::string_view key);
  std::string OptionalString(std::string_view key);
  std::string RequiredChoice(std::string_view key, const std::vector<std::string>& choices);
  Text RequiredText(std::string_view key);
  /// `value`, which stands at `key`, as a text in both languages.
  Text ReadText(std::string_view key, const Value& value);
  std::optional<double> OptionalNumber(std::string_view key);
  bool OptionalBool(std::string_view key);
  std::vector<std::string> OptionalStrings(std::string_view key);
  /// True when a function stands at `key`.
  bool Function(std::string_view key);
  /// The entries of a table of tables, by name.
  std::vector<std::pair<std::string, const Value*>> Entries(std::string_view key);
  /// The items of a list.
  std::vector<const Value*> Items(std::string_view key);

  void Error(std::string_view key, std::string message, std::string hint = "");
  /// Reports every key nobody took.
  void Finish();
  std::string PathOf(std::string_view key) const;

 private:
  const Value& table_;
  std::string path_;
  HeadErrors& errors_;
  std::vector<std::string> taken_;
};

}  // namespace upkeep::checks

#endif  // UPKEEP_CHECKS_MODEL_TABLE_READER_H_
