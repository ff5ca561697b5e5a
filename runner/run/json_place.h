// SPDX-License-Identifier: Apache-2.0
//
// Where something stands in a JSON file, so that what is wrong in it can be opened at its line.

#ifndef UPKEEP_RUNNER_RUN_JSON_PLACE_H_
#define UPKEEP_RUNNER_RUN_JSON_PLACE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace upkeep::run {

/// The line, from 1, where the value at `path` ("cases/0/expect/results/2") begins in valid JSON; of
/// the nearest thing around it where it is not there.
int LineOfJson(std::string_view json, std::string_view path);

/// A member of an object, or an element of a list by its position.
using JsonSteps = std::vector<std::string>;

/// The byte where the value at `steps` begins in valid JSON, or, with `key`, the quotation mark of its
/// key; of the nearest thing around it where it is not there. Of a repeated key it is the last one.
std::size_t ByteOfJson(std::string_view json, const JsonSteps& steps, bool key = false);

struct RepeatedKey {
  std::string key;
  std::size_t at = 0;   ///< The byte of its quotation mark, the second time and later.
};

/// The keys that stand twice in one object of valid JSON, wherever that lies; at most `most`.
std::vector<RepeatedKey> RepeatedKeys(std::string_view json, std::size_t most);

}  // namespace upkeep::run

#endif  // UPKEEP_RUNNER_RUN_JSON_PLACE_H_
