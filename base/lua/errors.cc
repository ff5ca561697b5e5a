// SPDX-License-Identifier: Apache-2.0
#include "base/lua/errors.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace upkeep::lua {
namespace {

constexpr std::size_t kMostMessageBytes = 8'192;
constexpr std::size_t kShownNameBytes = LUA_IDSIZE - 4;  // Without "..." and the final NUL.
constexpr const char* kMemoryMessage = "not enough memory";
constexpr const char* kMemoryBudget = "the playbook spent its memory budget";

/// The string field `name` of the table at `index`. Looked for with lua_next, since making the
/// key could raise.
std::string StringField(lua_State* L, int index, const char* name) {
  std::string found;
  if (lua_checkstack(L, 4) == 0) return found;
  index = lua_absindex(L, index);
  for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING || std::strcmp(lua_tostring(L, -2), name) != 0) continue;
    if (lua_type(L, -1) == LUA_TSTRING) {
      std::size_t size = 0;
      const char* const text = lua_tolstring(L, -1, &size);
      found.assign(text, std::min(size, kMostMessageBytes));
    }
    lua_pop(L, 2);
    return found;
  }
  return found;
}

/// A playbook may raise a reason of an unknown result, and no other code.
Code CodeOfReason(std::string_view reason) {
  for (const Code code : {Code::kTimeout, Code::kUnreachable, Code::kNoData, Code::kNotPermitted,
                          Code::kUndeclared, Code::kTruncated, Code::kStale, Code::kNotFound,
                          Code::kInvalid, Code::kConfig, Code::kInternal}) {
    if (CodeName(code) == reason) return code;
  }
  return Code::kError;
}

/// Lua shows "..." and the end of a file name that is too long for it; puts the whole one back.
void RestoreName(std::string& message, std::string_view file) {
  if (file.size() < LUA_IDSIZE) return;
  const std::string shown = "..." + std::string(file.substr(file.size() - kShownNameBytes));
  if (message.compare(0, shown.size(), shown) == 0) message.replace(0, shown.size(), file);
}

bool IsPlaybooks(const lua_Debug& record) {
  return record.currentline > 0 && std::strncmp(record.source, "=[upkeep]", 9) != 0;
}

bool FindPlace(lua_State* L, lua_Debug& record) {
  for (int level = 0; lua_getstack(L, level, &record) != 0; ++level) {
    lua_getinfo(L, "Sl", &record);
    if (IsPlaybooks(record)) return true;
  }
  return false;
}

}  // namespace

Status StatusOfRaised(State& state, lua_State* thread) {
  switch (lua_type(thread, -1)) {
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* const text = lua_tolstring(thread, -1, &size);
      std::string message(text, std::min(size, kMostMessageBytes));
      if (message == kMemoryMessage) return Status(Code::kBudget, kMemoryBudget);
      if (message == "error in error handling") message = "an error handler failed itself";
      RestoreName(message, state.file);
      return Status(Code::kError, std::move(message));
    }
    case LUA_TTABLE: {
      const std::string reason = StringField(thread, -1, "reason");
      std::string message = StringField(thread, -1, "message");
      std::string at = StringField(thread, -1, "at");
      if (message.empty()) {
        return Status(Code::kError, "the playbook raised a table without a message");
      }
      Status status(CodeOfReason(reason), std::move(message));
      std::string hint = StringField(thread, -1, "hint");
      const std::size_t colon = at.rfind(':');
      if (colon == std::string::npos) return std::move(status).WithHint(std::move(hint));
      SourcePlace place;
      place.line = std::atoi(at.c_str() + colon + 1);
      place.file = at.substr(0, colon);
      RestoreName(place.file, state.file);
      return std::move(status).WithHint(std::move(hint)).At(std::move(place));
    }
    default:
      return Status(Code::kError, std::string("the playbook raised a ") +
                                      lua_typename(thread, lua_type(thread, -1)) +
                                      ", not a message");
  }
}

int LineOfPlaybook(lua_State* L) {
  lua_Debug record{};
  return FindPlace(L, record) ? record.currentline : 0;
}

void PushPlace(lua_State* L) {
  lua_Debug record{};
  if (FindPlace(L, record)) {
    lua_pushfstring(L, "%s:%d", record.short_src, record.currentline);
  } else {
    lua_pushliteral(L, "");
  }
}

int RaiseAtPlaybook(lua_State* L) {
  PushPlace(L);
  if (lua_rawlen(L, -1) > 0) {
    lua_pushfstring(L, "%s: %s", lua_tostring(L, -1), lua_tostring(L, -2));
  } else {
    lua_pop(L, 1);
  }
  return lua_error(L);
}

void PushErrorTable(lua_State* L, const char* reason, int message_index, const char* hint) {
  message_index = lua_absindex(L, message_index);
  lua_createtable(L, 0, 4);
  lua_pushstring(L, reason);
  lua_setfield(L, -2, "reason");
  lua_pushvalue(L, message_index);
  lua_setfield(L, -2, "message");
  if (hint != nullptr && hint[0] != '\0') {
    lua_pushstring(L, hint);
    lua_setfield(L, -2, "hint");
  }
  PushPlace(L);
  lua_setfield(L, -2, "at");
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::kErrorMeta);
  lua_setmetatable(L, -2);
}

std::string LineOf(std::string_view source, int line) {
  for (int at = 1; at < line; ++at) {
    const std::size_t end = source.find('\n');
    if (end == std::string_view::npos) return "";
    source.remove_prefix(end + 1);
  }
  source = source.substr(0, source.find('\n'));
  if (!source.empty() && source.back() == '\r') source.remove_suffix(1);
  return std::string(source.substr(0, 500));
}

SourcePlace TakePlace(std::string& message, std::string_view file, std::string_view source) {
  SourcePlace place;
  place.file = file;
  if (message.compare(0, file.size(), file) != 0 || message.size() <= file.size() + 1 ||
      message[file.size()] != ':') {
    return place;
  }
  std::size_t at = file.size() + 1;
  while (at < message.size() && std::isdigit(static_cast<unsigned char>(message[at])) != 0) {
    place.line = place.line * 10 + (message[at] - '0');
    ++at;
  }
  if (place.line == 0 || message.compare(at, 2, ": ") != 0) return {std::string(file), 0, 0, ""};
  message.erase(0, at + 2);
  place.text = LineOf(source, place.line);
  return place;
}

}  // namespace upkeep::lua
