// SPDX-License-Identifier: Apache-2.0
//
// Finds where a field of the playbook's table is written, so that an error of the head can show
// its line. Reads Lua's tokens and the nesting of table constructors; runs nothing.

#ifndef UPKEEP_BASE_LUA_PLACE_H_
#define UPKEEP_BASE_LUA_PLACE_H_

#include <string_view>

#include "base/status.h"

namespace upkeep::lua {

/// The place of `path` ("params.warn.max"; elements of lists count from 1: "covers.2") in
/// `source`. Where a part of the path is not written, the place of what comes before it, at the
/// least of the playbook's table; line 0 when even that is not found. file stays empty.
SourcePlace FindPlace(std::string_view source, std::string_view path);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_PLACE_H_
