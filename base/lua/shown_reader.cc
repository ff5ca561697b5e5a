// SPDX-License-Identifier: Apache-2.0
#include "base/lua/shown_reader.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "base/lua/values.h"

namespace upkeep::lua {
namespace {

constexpr std::size_t kMostListItems = 20;
constexpr std::size_t kMostKeys = 100;
constexpr std::size_t kMostTextBytes = 8'192;
constexpr std::size_t kMostValues = 20'000;
constexpr int kMostShownDepth = 10;

Shown Word(std::string text) {
  Shown shown;
  shown.text = std::move(text);
  return shown;
}

Shown TextOf(std::string_view text) {
  Shown shown;
  shown.kind = Shown::Kind::kText;
  std::size_t end = std::min(text.size(), kMostTextBytes);
  // No character is cut in two.
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  shown.text = text.substr(0, end);
  shown.left_out = text.size() - end;
  return shown;
}

/// As tostring writes it: a float is never mistaken for a whole number.
Shown NumberOf(lua_Number number) {
  char text[64];
  std::snprintf(text, sizeof text, LUA_NUMBER_FMT, number);
  std::string word = text;
  if (word.find_first_not_of("-0123456789") == std::string::npos) word += ".0";
  return Word(std::move(word));
}

/// Replaces the empty table on top by what its metatable looks names up in: a module of the
/// library is such a stand-in. Looked for with lua_next, since making the key could raise.
void FollowIndex(lua_State* L) {
  if (lua_getmetatable(L, -1) == 0) return;
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
    if (lua_type(L, -2) == LUA_TSTRING && std::strcmp(lua_tostring(L, -2), "__index") == 0 && lua_istable(L, -1)) {
      lua_replace(L, -4);
      lua_pop(L, 2);
      return;
    }
  }
  lua_pop(L, 1);
}

std::string KeyAt(lua_State* L, int index) {
  if (lua_type(L, index) == LUA_TSTRING) {
    std::size_t size = 0;
    const char* const text = lua_tolstring(L, index, &size);
    return std::string(text, std::min(size, kMostTextBytes));
  }
  if (lua_isinteger(L, index) != 0) return std::to_string(lua_tointegerx(L, index, nullptr));
  if (lua_type(L, index) == LUA_TNUMBER) return NumberOf(lua_tonumberx(L, index, nullptr)).text;
  return std::string("[") + lua_typename(L, lua_type(L, index)) + "]";
}

}  // namespace

bool ShownReader::HasRoom(int depth) const { return depth <= kMostShownDepth && values_ < kMostValues; }

Shown ShownReader::ReadAt(int index, int depth) {
  ++values_;
  if (lua_checkstack(L_, LUA_MINSTACK) == 0) return Word("…");
  switch (lua_type(L_, index)) {
    case LUA_TNIL: return Word("nil");
    case LUA_TBOOLEAN: return Word(lua_toboolean(L_, index) != 0 ? "true" : "false");
    case LUA_TNUMBER:
      if (lua_isinteger(L_, index) != 0) return Word(std::to_string(lua_tointegerx(L_, index, nullptr)));
      return NumberOf(lua_tonumberx(L_, index, nullptr));
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* const text = lua_tolstring(L_, index, &size);
      return TextOf({text, size});
    }
    case LUA_TTABLE: return ReadTable(index, depth);
    case LUA_TLIGHTUSERDATA: return Word("null");  // The only one that a playbook has.
    case LUA_TUSERDATA: return ReadUserdata(index, depth);
    default: return Word(lua_typename(L_, lua_type(L_, index)));
  }
}

Shown ShownReader::ReadTable(int index, int depth) {
  lua_pushvalue(L_, index);
  if (lua_pushnil(L_), lua_next(L_, -2) != 0) {
    lua_pop(L_, 2);
  } else {
    FollowIndex(L_);
  }
  const int table = lua_gettop(L_);
  const lua_Unsigned length = lua_rawlen(L_, table);
  std::size_t count = 0;
  bool list = true;
  for (lua_pushnil(L_); lua_next(L_, table) != 0; lua_pop(L_, 1)) {
    ++count;
    const lua_Integer key = lua_isinteger(L_, -2) != 0 ? lua_tointegerx(L_, -2, nullptr) : 0;
    if (key < 1 || static_cast<lua_Unsigned>(key) > length) list = false;
  }
  if (count == 0) list = HasMetatable(L_, table, state_.array_meta);
  Shown shown = list && count == length ? ReadList(table, length, depth) : ReadObject(table, count, depth);
  lua_pop(L_, 1);
  return shown;
}

Shown ShownReader::ReadList(int index, lua_Unsigned length, int depth) {
  Shown shown;
  shown.kind = Shown::Kind::kList;
  for (lua_Unsigned i = 1; i <= length && i <= kMostListItems && HasRoom(depth); ++i) {
    lua_rawgeti(L_, index, static_cast<lua_Integer>(i));
    shown.items.push_back(ReadAt(lua_gettop(L_), depth + 1));
    lua_pop(L_, 1);
  }
  shown.left_out = length - shown.items.size();
  return shown;
}

Shown ShownReader::ReadObject(int index, std::size_t count, int depth) {
  Shown shown;
  shown.kind = Shown::Kind::kObject;
  shown.left_out = count;
  if (!HasRoom(depth)) return shown;
  std::vector<std::string> keys;
  for (lua_pushnil(L_); lua_next(L_, index) != 0; lua_pop(L_, 1)) keys.push_back(KeyAt(L_, -2));
  std::sort(keys.begin(), keys.end());
  keys.resize(std::min(keys.size(), kMostKeys));
  std::vector<std::pair<std::string, Shown>> items;
  for (lua_pushnil(L_); lua_next(L_, index) != 0; lua_pop(L_, 1)) {
    std::string key = KeyAt(L_, -2);
    if (items.size() >= kMostKeys || !std::binary_search(keys.begin(), keys.end(), key)) continue;
    items.emplace_back(std::move(key), ReadAt(lua_gettop(L_), depth + 1));
  }
  std::stable_sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [key, item] : items) {
    shown.keys.push_back(std::move(key));
    shown.items.push_back(std::move(item));
  }
  shown.left_out = count - shown.items.size();
  return shown;
}

Shown ShownReader::ReadUserdata(int index, int depth) {
  const std::uint64_t now = state_.documents().generation();
  if (HasMetatable(L_, index, state_.node_meta)) {
    const NodeRef& ref = *static_cast<const NodeRef*>(lua_touserdata(L_, index));
    if (ref.generation == now) return ReadNode(ref, ref.index, ref.view->Declared(ref.field), depth);
  } else if (HasMetatable(L_, index, state_.list_meta)) {
    const ListRef& ref = *static_cast<const ListRef*>(lua_touserdata(L_, index));
    if (ref.generation == now) return ReadDocuments(ref, depth);
  }
  return Word("userdata");
}

Shown ShownReader::ReadDocuments(const ListRef& ref, int depth) {
  Shown shown;
  shown.kind = Shown::Kind::kList;
  for (const auto& page : ref.view->list->pages()) {
    const NodeRef node{ref.view, page.get(), ref.view->Declared(ref.view->start()), ref.generation, 0};
    for (std::size_t i = 0; i < page->size(); ++i) {
      if (shown.items.size() >= kMostListItems || !HasRoom(depth)) break;
      shown.items.push_back(ReadNode(node, page->Root(i), node.field, depth + 1));
    }
  }
  shown.left_out = ref.view->list->size() - shown.items.size();
  return shown;
}

Shown ShownReader::ReadNode(const NodeRef& ref, DocumentPage::Index index, const FieldNode* field, int depth) {
  ++values_;
  const DocumentNode& node = ref.page->node(index);
  Shown shown;
  switch (node.type) {
    case NodeType::kNull: return Word("null");
    case NodeType::kFalse: return Word("false");
    case NodeType::kTrue: return Word("true");
    case NodeType::kInteger: return Word(std::to_string(node.integer));
    case NodeType::kNumber: return NumberOf(node.number);
    case NodeType::kString: return TextOf(ref.page->Text(node));
    case NodeType::kArray: {
      shown.kind = Shown::Kind::kList;
      for (std::uint32_t i = 0; i < node.range.count && i < kMostListItems && HasRoom(depth); ++i) {
        shown.items.push_back(ReadNode(ref, node.range.first + i, field, depth + 1));
      }
      shown.left_out = node.range.count - shown.items.size();
      return shown;
    }
    case NodeType::kObject: break;
  }
  shown.kind = Shown::Kind::kObject;
  std::vector<std::pair<std::string_view, DocumentPage::Index>> children;
  for (std::uint32_t i = 0; i < node.range.count; ++i) {
    const DocumentPage::Index child = node.range.first + i;
    const std::string_view key = ref.page->KeyName(ref.page->node(child).key);
    // Kept for another playbook.
    if (field == nullptr || field->Find(key) != nullptr) children.emplace_back(key, child);
  }
  std::sort(children.begin(), children.end());
  for (const auto& [key, child] : children) {
    if (shown.items.size() >= kMostKeys || !HasRoom(depth)) break;
    const FieldNode* const below = field == nullptr ? nullptr : field->Find(key);
    shown.keys.emplace_back(key);
    shown.items.push_back(ReadNode(ref, child, below != nullptr && below->whole ? nullptr : below, depth + 1));
  }
  shown.left_out = children.size() - shown.items.size();
  return shown;
}

}  // namespace upkeep::lua
