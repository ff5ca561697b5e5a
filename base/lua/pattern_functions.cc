// SPDX-License-Identifier: Apache-2.0
#include "base/lua/pattern_functions.h"

#include <cctype>
#include <cstring>
#include <string_view>

#include "base/lua/pattern.h"
#include "base/lua/state.h"

namespace upkeep::lua {
namespace {

bool AskMeter(void* owner, std::size_t) {
  return !State::From(static_cast<lua_State*>(owner)).meter().IsOver();
}

std::string_view StringArgument(lua_State* L, int index) {
  std::size_t size = 0;
  const char* const text = luaL_checklstring(L, index, &size);
  return {text, size};
}

/// Raises what the matcher complains about.
void RaiseError(lua_State* L, const PatternMatcher& matcher) {
  if (matcher.error() != nullptr) luaL_error(L, "%s", matcher.error());
}

/// Pushes capture `i`; capture 0 of a pattern without captures is the whole match.
void PushCapture(lua_State* L, const PatternMatcher& matcher, int i, const char* subject,
                 const char* start, const char* end) {
  if (i >= matcher.capture_count()) {
    if (i != 0) luaL_error(L, "invalid capture index %%%d", i + 1);
    lua_pushlstring(L, start, static_cast<std::size_t>(end - start));
    return;
  }
  const PatternMatcher::Capture& capture = matcher.capture(i);
  if (capture.length == PatternMatcher::kOpen) luaL_error(L, "unfinished capture");
  if (capture.length == PatternMatcher::kPosition) {
    lua_pushinteger(L, capture.start - subject + 1);
  } else {
    lua_pushlstring(L, capture.start, static_cast<std::size_t>(capture.length));
  }
}

int PushCaptures(lua_State* L, const PatternMatcher& matcher, const char* subject,
                 const char* start, const char* end, bool whole_if_none) {
  const int count =
      matcher.capture_count() == 0 && whole_if_none ? 1 : matcher.capture_count();
  luaL_checkstack(L, count, "too many captures");
  for (int i = 0; i < count; ++i) PushCapture(L, matcher, i, subject, start, end);
  return count;
}

/// Where a search begins: `init` counts from 1, or from the end when negative. Greater than the
/// size when nothing can be found.
std::size_t StartArgument(lua_State* L, int index, std::size_t size) {
  const lua_Integer init = luaL_optinteger(L, index, 1);
  if (init > 0) return static_cast<std::size_t>(init) - 1;
  if (init == 0 || init < -static_cast<lua_Integer>(size)) return 0;
  return size - static_cast<std::size_t>(-init);
}

int Search(lua_State* L, bool find) {
  const std::string_view subject = StringArgument(L, 1);
  std::string_view pattern = StringArgument(L, 2);
  const std::size_t from = StartArgument(L, 3, subject.size());
  if (from > subject.size()) {
    lua_pushnil(L);
    return 1;
  }
  if (find && (lua_toboolean(L, 4) != 0 ||
               pattern.find_first_of("^$*+?.([%-") == std::string_view::npos)) {
    State::From(L).meter().Work(subject.size() - from);
    // memmem is linear; std::string_view::find is not.
    const void* const found = memmem(subject.data() + from, subject.size() - from, pattern.data(),
                                     pattern.size());
    if (found == nullptr) {
      lua_pushnil(L);
      return 1;
    }
    const lua_Integer at = static_cast<const char*>(found) - subject.data();
    lua_pushinteger(L, at + 1);
    lua_pushinteger(L, at + static_cast<lua_Integer>(pattern.size()));
    return 2;
  }
  const bool anchored = !pattern.empty() && pattern.front() == '^';
  if (anchored) pattern.remove_prefix(1);
  PatternMatcher matcher(subject, pattern, &AskMeter, L);
  const char* const last = subject.data() + subject.size();
  for (const char* start = subject.data() + from; start <= last; ++start) {
    const char* const end = matcher.MatchAt(start);
    if (end != nullptr) {
      if (!find) return PushCaptures(L, matcher, subject.data(), start, end, true);
      lua_pushinteger(L, start - subject.data() + 1);
      lua_pushinteger(L, end - subject.data());
      return 2 + PushCaptures(L, matcher, subject.data(), start, end, false);
    }
    RaiseError(L, matcher);
    if (anchored) break;
  }
  lua_pushnil(L);
  return 1;
}

int Find(lua_State* L) { return Search(L, true); }
int Match(lua_State* L) { return Search(L, false); }

// Upvalues: subject, pattern, where to go on, end of the last match (-1: none).
int NextMatch(lua_State* L) {
  const std::string_view subject = StringArgument(L, lua_upvalueindex(1));
  const std::string_view pattern = StringArgument(L, lua_upvalueindex(2));
  const auto from = static_cast<std::size_t>(lua_tointeger(L, lua_upvalueindex(3)));
  const lua_Integer last_end = lua_tointeger(L, lua_upvalueindex(4));
  if (from > subject.size()) return 0;
  PatternMatcher matcher(subject, pattern, &AskMeter, L);
  const char* const last = subject.data() + subject.size();
  for (const char* start = subject.data() + from; start <= last; ++start) {
    const char* const end = matcher.MatchAt(start);
    if (end != nullptr && end - subject.data() != last_end) {
      lua_pushinteger(L, end - subject.data());
      lua_copy(L, -1, lua_upvalueindex(3));
      lua_replace(L, lua_upvalueindex(4));
      return PushCaptures(L, matcher, subject.data(), start, end, true);
    }
    RaiseError(L, matcher);
  }
  return 0;
}

int EachMatch(lua_State* L) {
  const std::string_view subject = StringArgument(L, 1);
  StringArgument(L, 2);
  const std::size_t from = StartArgument(L, 3, subject.size());
  lua_settop(L, 2);
  lua_pushinteger(L, static_cast<lua_Integer>(from > subject.size() ? subject.size() + 1 : from));
  lua_pushinteger(L, -1);
  lua_pushcclosure(L, &NextMatch, 4);
  return 1;
}

void AddTemplate(lua_State* L, luaL_Buffer* out, const PatternMatcher& matcher,
                 const char* subject, const char* start, const char* end) {
  std::size_t size = 0;
  const char* const text = lua_tolstring(L, 3, &size);
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] != '%') {
      luaL_addchar(out, text[i]);
      continue;
    }
    ++i;
    const char c = i < size ? text[i] : '\0';
    if (i < size && c == '%') {
      luaL_addchar(out, '%');
    } else if (i < size && c == '0') {
      luaL_addlstring(out, start, static_cast<std::size_t>(end - start));
    } else if (i < size && std::isdigit(static_cast<unsigned char>(c)) != 0) {
      PushCapture(L, matcher, c - '1', subject, start, end);
      luaL_tolstring(L, -1, nullptr);  // A position is a number.
      lua_remove(L, -2);
      luaL_addvalue(out);
    } else {
      luaL_error(L, "invalid use of '%%' in replacement string");
    }
  }
}

/// True when the match was replaced by something else than itself.
bool AddReplacement(lua_State* L, luaL_Buffer* out, const PatternMatcher& matcher,
                    const char* subject, const char* start, const char* end) {
  switch (lua_type(L, 3)) {
    case LUA_TFUNCTION:
      lua_pushvalue(L, 3);
      lua_call(L, PushCaptures(L, matcher, subject, start, end, true), 1);
      break;
    case LUA_TTABLE:
      PushCapture(L, matcher, 0, subject, start, end);
      lua_gettable(L, 3);
      break;
    default:
      AddTemplate(L, out, matcher, subject, start, end);
      return true;
  }
  if (lua_toboolean(L, -1) == 0) {
    lua_pop(L, 1);
    luaL_addlstring(out, start, static_cast<std::size_t>(end - start));
    return false;
  }
  if (lua_isstring(L, -1) == 0) {
    luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
  }
  luaL_addvalue(out);
  return true;
}

int Replace(lua_State* L) {
  const std::string_view subject = StringArgument(L, 1);
  std::string_view pattern = StringArgument(L, 2);
  const int kind = lua_type(L, 3);
  luaL_argexpected(L, kind == LUA_TNUMBER || kind == LUA_TSTRING || kind == LUA_TFUNCTION ||
                          kind == LUA_TTABLE, 3, "string/function/table");
  const lua_Integer most =
      luaL_optinteger(L, 4, static_cast<lua_Integer>(subject.size()) + 1);
  lua_settop(L, 4);
  if (kind == LUA_TNUMBER) lua_tolstring(L, 3, nullptr);
  const bool anchored = !pattern.empty() && pattern.front() == '^';
  if (anchored) pattern.remove_prefix(1);

  luaL_Buffer out;
  luaL_buffinit(L, &out);
  const char* const last = subject.data() + subject.size();
  const char* at = subject.data();
  const char* last_end = nullptr;
  lua_Integer count = 0;
  bool changed = false;
  PatternMatcher matcher(subject, pattern, &AskMeter, L);
  while (count < most) {
    const char* const end = matcher.MatchAt(at);
    RaiseError(L, matcher);
    if (end != nullptr && end != last_end) {
      ++count;
      changed |= AddReplacement(L, &out, matcher, subject.data(), at, end);
      at = last_end = end;
    } else if (at < last) {
      luaL_addchar(&out, *at);
      ++at;
    } else {
      break;
    }
    if (anchored) break;
  }
  if (!changed) {
    lua_pushvalue(L, 1);
  } else {
    luaL_addlstring(&out, at, static_cast<std::size_t>(last - at));
    luaL_pushresult(&out);
  }
  lua_pushinteger(L, count);
  return 2;
}

}  // namespace

void SetPatternFunctions(lua_State* L) {
  const luaL_Reg functions[] = {
      {"find", &Find}, {"match", &Match}, {"gmatch", &EachMatch}, {"gsub", &Replace}, {nullptr, nullptr}};
  luaL_setfuncs(L, functions, 0);
}

}  // namespace upkeep::lua
