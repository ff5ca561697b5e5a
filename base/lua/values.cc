// SPDX-License-Identifier: Apache-2.0
#include "base/lua/values.h"

#include <cstdint>
#include <limits>

namespace upkeep::lua {
namespace {

constexpr int kMostValueDepth = 64;
constexpr int kMostPushedDepth = 200;
constexpr std::size_t kBytesPerValue = 64;

bool SlotsFor(lua_State* L, int count) { return lua_checkstack(L, count) != 0; }

void PushValueAt(lua_State* L, const Value& value, int depth) {
  if (depth > kMostPushedDepth) luaL_error(L, "the answer is nested deeper than 200 levels");
  luaL_checkstack(L, 4, "the answer is too large");
  switch (value.type()) {
    case Value::value_t::boolean:
      lua_pushboolean(L, value.get_ref<const bool&>() ? 1 : 0);
      break;
    case Value::value_t::number_integer:
      lua_pushinteger(L, value.get_ref<const std::int64_t&>());
      break;
    case Value::value_t::number_unsigned: {
      const std::uint64_t number = value.get_ref<const std::uint64_t&>();
      if (number <= static_cast<std::uint64_t>(std::numeric_limits<lua_Integer>::max())) {
        lua_pushinteger(L, static_cast<lua_Integer>(number));
      } else {
        lua_pushnumber(L, static_cast<lua_Number>(number));
      }
      break;
    }
    case Value::value_t::number_float:
      lua_pushnumber(L, value.get_ref<const double&>());
      break;
    case Value::value_t::string: {
      const std::string& text = value.get_ref<const std::string&>();
      lua_pushlstring(L, text.data(), text.size());
      break;
    }
    case Value::value_t::array: {
      const Value::array_t& array = value.get_ref<const Value::array_t&>();
      lua_createtable(L, static_cast<int>(array.size()), 0);
      for (std::size_t i = 0; i < array.size(); ++i) {
        PushValueAt(L, array[i], depth + 1);
        lua_rawseti(L, -2, static_cast<lua_Integer>(i) + 1);
      }
      if (array.empty()) {  // Stays [] when it is handed back.
        lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::kArrayMeta);
        lua_setmetatable(L, -2);
      }
      break;
    }
    case Value::value_t::object: {
      const Value::object_t& object = value.get_ref<const Value::object_t&>();
      lua_createtable(L, 0, static_cast<int>(object.size()));
      for (auto at = object.begin(); at != object.end(); ++at) {
        lua_pushlstring(L, at->first.data(), at->first.size());
        PushValueAt(L, at->second, depth + 1);
        lua_rawset(L, -3);
      }
      break;
    }
    default:
      lua_pushlightuserdata(L, const_cast<char*>(&kNullMark));
      break;
  }
}

}  // namespace

bool HasMetatable(lua_State* L, int index, const void* meta) {
  if (lua_getmetatable(L, index) == 0) return false;
  const bool same = lua_topointer(L, -1) == meta;
  lua_pop(L, 1);
  return same;
}

void PushValue(lua_State* L, const Value& value) { PushValueAt(L, value, 0); }

ValueReader::ValueReader(State& state, lua_State* L, Functions functions)
    : state_(state), L_(L), functions_(functions), most_bytes_(state.meter().memory_limit()) {}

ValueReader::ValueReader(State& state, lua_State* L, std::size_t most_bytes, const char* too_large)
    : state_(state), L_(L), functions_(Functions::kRefused), most_bytes_(most_bytes), too_large_(too_large) {}

Value ValueReader::Fail(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem);
  return nullptr;
}

bool ValueReader::Take(std::size_t bytes) {
  bytes_ += bytes + kBytesPerValue;
  if (bytes_ <= most_bytes_) return true;
  Fail(too_large_);
  return false;
}

Value ValueReader::Read(int index) {
  Value value = ReadAt(lua_absindex(L_, index), 0);
  if (!problem_.empty()) return nullptr;
  return value;
}

Value ValueReader::ReadAt(int index, int depth) {
  if (!problem_.empty()) return nullptr;
  if (depth > kMostValueDepth) return Fail("the value is nested deeper than 64 levels, or holds itself");
  if (!SlotsFor(L_, 8)) return Fail("the value is nested too deep");
  switch (lua_type(L_, index)) {
    case LUA_TNIL: return nullptr;
    case LUA_TBOOLEAN: return Take(0) ? Value(lua_toboolean(L_, index) != 0) : Value();
    case LUA_TNUMBER:
      if (!Take(0)) return nullptr;
      if (lua_isinteger(L_, index) != 0) {
        return static_cast<std::int64_t>(lua_tointegerx(L_, index, nullptr));
      }
      return lua_tonumberx(L_, index, nullptr);
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* const text = lua_tolstring(L_, index, &size);
      if (!Take(size)) return nullptr;
      return std::string(text, size);
    }
    case LUA_TTABLE: return ReadTable(index, depth);
    case LUA_TFUNCTION: return ReadFunction(index);
    case LUA_TLIGHTUSERDATA: return nullptr;  // The JSON null: playbooks get no other.
    case LUA_TUSERDATA: return ReadUserdata(index);
    default: return Fail(std::string("a ") + lua_typename(L_, lua_type(L_, index)) + " is no data");
  }
}

Value ValueReader::ReadTable(int index, int depth) {
  if (!Take(0)) return nullptr;
  const lua_Unsigned length = lua_rawlen(L_, index);
  lua_Unsigned keys = 0;
  bool array = true;
  for (lua_pushnil(L_); lua_next(L_, index) != 0; lua_pop(L_, 1)) {
    ++keys;
    if (lua_isinteger(L_, -2) == 0) {
      array = false;
    } else {
      const lua_Integer key = lua_tointegerx(L_, -2, nullptr);
      if (key < 1 || static_cast<lua_Unsigned>(key) > length) array = false;
    }
  }
  if (keys == 0) {
    return HasMetatable(L_, index, state_.array_meta) ? Value::array() : Value::object();
  }
  if (array && keys == length) {
    Value out = Value::array();
    for (lua_Unsigned i = 1; i <= length && problem_.empty(); ++i) {
      lua_rawgeti(L_, index, static_cast<lua_Integer>(i));
      out.push_back(ReadAt(lua_gettop(L_), depth + 1));
      lua_pop(L_, 1);
    }
    return out;
  }
  Value out = Value::object();
  for (lua_pushnil(L_); lua_next(L_, index) != 0; lua_pop(L_, 1)) {
    std::string key;
    if (lua_type(L_, -2) == LUA_TSTRING) {
      std::size_t size = 0;
      const char* const text = lua_tolstring(L_, -2, &size);
      key.assign(text, size);
    } else if (lua_isinteger(L_, -2) != 0) {
      key = std::to_string(lua_tointegerx(L_, -2, nullptr));
    } else {
      Fail(std::string("a table's key is a ") + lua_typename(L_, lua_type(L_, -2)) +
           ", and only text and whole numbers can be kept");
    }
    if (problem_.empty() && Take(key.size())) {
      out[std::move(key)] = ReadAt(lua_gettop(L_), depth + 1);
    }
    if (!problem_.empty()) {
      lua_pop(L_, 2);
      return nullptr;
    }
  }
  return out;
}

Value ValueReader::ReadFunction(int index) {
  if (functions_ == Functions::kRefused) return Fail("a function is no data");
  lua_Debug record{};
  lua_pushvalue(L_, index);
  lua_getinfo(L_, ">S", &record);
  return Value{{"$function", record.linedefined > 0 ? record.linedefined : 0}};
}

Value ValueReader::ReadUserdata(int index) {
  const std::uint64_t now = state_.documents().generation();
  if (HasMetatable(L_, index, state_.node_meta)) {
    const auto* const ref = static_cast<const NodeRef*>(lua_touserdata(L_, index));
    if (ref->generation != now) return Fail("a document of an earlier call is no data");
    ref->view->NoteWhole(ref->field);
    return ReadNode(*ref, ref->index, ref->view->Declared(ref->field));
  }
  if (HasMetatable(L_, index, state_.list_meta)) {
    const auto* const ref = static_cast<const ListRef*>(lua_touserdata(L_, index));
    if (ref->generation != now) return Fail("a list of an earlier call is no data");
    Value out = Value::array();
    for (const auto& page : ref->view->list->pages()) {
      const NodeRef node{ref->view, page.get(), ref->view->Declared(ref->view->start()), now, 0};
      for (std::size_t i = 0; i < page->size() && problem_.empty(); ++i) {
        out.push_back(ReadNode(node, page->Root(i), node.field));
      }
    }
    return out;
  }
  return Fail("this userdata is no data");
}

// Pages were parsed within their own bound of depth, so recursion is bounded too.
Value ValueReader::ReadNode(const NodeRef& ref, DocumentPage::Index index, const FieldNode* field) {
  const DocumentNode& node = ref.page->node(index);
  if (node.type == NodeType::kArray) {
    if (!Take(0)) return nullptr;
    Value out = Value::array();
    for (std::uint32_t i = 0; i < node.range.count && problem_.empty(); ++i) {
      out.push_back(ReadNode(ref, node.range.first + i, field));
    }
    return out;
  }
  if (node.type != NodeType::kObject) {
    const std::size_t bytes = node.type == NodeType::kString ? node.range.count : 0;
    return Take(bytes) ? ref.page->ToValue(index) : Value();
  }
  if (!Take(0)) return nullptr;
  Value out = Value::object();
  for (std::uint32_t i = 0; i < node.range.count && problem_.empty(); ++i) {
    const DocumentPage::Index child = node.range.first + i;
    const std::string_view key = ref.page->KeyName(ref.page->node(child).key);
    const FieldNode* below = nullptr;
    if (field != nullptr) {
      below = field->Find(key);
      if (below == nullptr) continue;  // Another playbook's field.
      if (below->whole) below = nullptr;
    }
    if (Take(key.size())) out[std::string(key)] = ReadNode(ref, child, below);
  }
  return out;
}

}  // namespace upkeep::lua
