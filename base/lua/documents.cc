// SPDX-License-Identifier: Apache-2.0
#include "base/lua/documents.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <utility>

#include "base/lua/errors.h"
#include "base/lua/state.h"

namespace upkeep::lua {
namespace {

std::unique_ptr<FieldNode>& ChildNamed(FieldNode& node, std::string_view name) {
  for (auto& child : node.below) {
    if (child->name == name) return child;
  }
  node.below.push_back(std::make_unique<FieldNode>());
  node.below.back()->name = name;
  node.below.back()->parent = &node;
  return node.below.back();
}

void AddPath(FieldNode& root, std::string_view path) {
  FieldNode* node = &root;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    node = ChildNamed(*node, path.substr(0, dot)).get();
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  node->whole = true;
}

/// The node of what is read at `key` below `field`; `field` itself where the key is no path's part
/// (a label's name has dots) or there is no memory for it.
const FieldNode* Note(DocumentView& view, const FieldNode* field, std::string_view key) noexcept {
  try {
    if (field->parent != nullptr && (key.empty() || key.find('.') != std::string_view::npos)) {
      view.NoteWhole(field);
      return field;
    }
    return ChildNamed(*const_cast<FieldNode*>(field), key).get();
  } catch (const std::exception&) {
    return field;
  }
}

void AddRead(const FieldNode& node, const std::string& path, std::set<std::string>& read) {
  if (!path.empty() && (node.whole || node.below.empty())) {
    read.insert(path);
    return;
  }
  for (const auto& child : node.below) {
    AddRead(*child, path.empty() ? child->name : path + "." + child->name, read);
  }
}

template <typename Ref>
int LetGo(lua_State* L) {
  --static_cast<const Ref*>(lua_touserdata(L, 1))->view->values;
  return 0;
}

template <typename Ref>
Ref& Checked(lua_State* L, int index, const void* meta) {
  if (lua_type(L, index) == LUA_TUSERDATA && lua_getmetatable(L, index) != 0) {
    const bool same = lua_topointer(L, -1) == meta;
    lua_pop(L, 1);
    if (same) {
      Ref& ref = *static_cast<Ref*>(lua_touserdata(L, index));
      if (ref.generation != State::From(L).documents().generation()) {
        luaL_error(L, "this document belongs to a call that has ended");
      }
      return ref;
    }
  }
  luaL_error(L, "a document was expected here");
  std::abort();  // luaL_error never returns.
}

NodeRef& CheckedNode(lua_State* L, int index) {
  return Checked<NodeRef>(L, index, State::From(L).node_meta);
}
ListRef& CheckedList(lua_State* L, int index) {
  return Checked<ListRef>(L, index, State::From(L).list_meta);
}

/// Pushes what stands at `index`: a scalar as itself, null as nil, anything else as a proxy.
/// `like` says where; it may be collected meanwhile, so it comes by value.
void PushNode(lua_State* L, NodeRef like, DocumentPage::Index index, const FieldNode* field) {
  const DocumentNode& node = like.page->node(index);
  switch (node.type) {
    case NodeType::kNull: lua_pushnil(L); return;
    case NodeType::kFalse: lua_pushboolean(L, 0); return;
    case NodeType::kTrue: lua_pushboolean(L, 1); return;
    case NodeType::kInteger: lua_pushinteger(L, node.integer); return;
    case NodeType::kNumber: lua_pushnumber(L, node.number); return;
    case NodeType::kString: {
      const std::string_view text = like.page->Text(node);
      lua_pushlstring(L, text.data(), text.size());
      return;
    }
    case NodeType::kArray:
    case NodeType::kObject: break;
  }
  like.index = index;
  like.field = field;
  *static_cast<NodeRef*>(lua_newuserdatauv(L, sizeof(NodeRef), 0)) = like;
  ++like.view->values;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::kNodeMeta);
  lua_setmetatable(L, -2);
}

const FieldNode* Below(const FieldNode* field) {
  return field != nullptr && field->whole ? nullptr : field;
}

/// Pushes "status.phase" for the field `key` of `field`.
void PushPath(lua_State* L, const FieldNode* field, const char* key) {
  lua_pushstring(L, key);
  for (; field != nullptr && field->parent != nullptr; field = field->parent) {
    lua_pushfstring(L, "%s.%s", field->name.c_str(), lua_tostring(L, -1));
    lua_remove(L, -2);
  }
}

int RaiseUndeclared(lua_State* L, const NodeRef& ref, const char* key) {
  PushPath(L, ref.field, key);
  const char* const path = lua_tostring(L, -1);
  lua_pushfstring(L, "the head does not declare the field %s of %s", path, ref.view->need.c_str());
  lua_pushfstring(L, "add \"%s\" to the fields of \"%s\" in needs", path, ref.view->need.c_str());
  PushErrorTable(L, "undeclared", lua_gettop(L) - 1, lua_tostring(L, -1));
  return lua_error(L);
}

int NodeIndex(lua_State* L) {
  const NodeRef& ref = CheckedNode(L, 1);
  const DocumentNode& node = ref.page->node(ref.index);
  if (node.type == NodeType::kArray) {
    if (lua_isinteger(L, 2) == 0) {
      return luaL_error(L, "a list has no field '%s'; loop over it with upkeep.items",
                        luaL_tolstring(L, 2, nullptr));
    }
    const lua_Integer position = lua_tointeger(L, 2);
    if (position < 1 || position > static_cast<lua_Integer>(node.range.count)) return 0;
    PushNode(L, ref, node.range.first + static_cast<DocumentPage::Index>(position - 1), ref.field);
    return 1;
  }
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  std::size_t size = 0;
  const char* const key = lua_tolstring(L, 2, &size);
  const FieldNode* below = nullptr;
  if (ref.field != nullptr) {
    below = ref.view->tracks ? Note(*ref.view, ref.field, {key, size}) : ref.field->Find({key, size});
    if (below == nullptr) return RaiseUndeclared(L, ref, key);
  }
  const DocumentPage::Index child = ref.page->Child(ref.index, {key, size});
  if (child == DocumentPage::kMissing) return 0;
  PushNode(L, ref, child, Below(below));
  return 1;
}

int NodeLength(lua_State* L) {
  const NodeRef& ref = CheckedNode(L, 1);
  const DocumentNode& node = ref.page->node(ref.index);
  if (node.type != NodeType::kArray) return luaL_error(L, "an object has no length");
  lua_pushinteger(L, node.range.count);
  return 1;
}

// Upvalues: the proxy, how many children were seen.
int NextPair(lua_State* L) {
  const NodeRef& ref = CheckedNode(L, lua_upvalueindex(1));
  const DocumentNode& node = ref.page->node(ref.index);
  auto at = static_cast<std::uint32_t>(lua_tointeger(L, lua_upvalueindex(2)));
  for (; at < node.range.count; ++at) {
    const DocumentPage::Index child = node.range.first + at;
    const FieldNode* below = ref.field;
    if (ref.page->node(child).type == NodeType::kNull) continue;
    if (node.type == NodeType::kArray) {
      lua_pushinteger(L, static_cast<lua_Integer>(at) + 1);
    } else {
      const std::string_view key = ref.page->KeyName(ref.page->node(child).key);
      if (ref.view->Declared(ref.field) != nullptr) {
        below = ref.field->Find(key);
        if (below == nullptr) continue;  // Kept for another playbook.
      }
      lua_pushlstring(L, key.data(), key.size());
    }
    PushNode(L, ref, child, Below(below));
    lua_pushinteger(L, static_cast<lua_Integer>(at) + 1);
    lua_replace(L, lua_upvalueindex(2));
    return 2;
  }
  return 0;
}

int NodePairs(lua_State* L) {
  const NodeRef& ref = CheckedNode(L, 1);
  if (ref.page->node(ref.index).type == NodeType::kObject) ref.view->NoteWhole(ref.field);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, &NextPair, 2);
  return 1;
}

int NodeEquals(lua_State* L) {
  const NodeRef& a = CheckedNode(L, 1);
  const NodeRef& b = CheckedNode(L, 2);
  lua_pushboolean(L, a.page == b.page && a.index == b.index ? 1 : 0);
  return 1;
}

int NodeText(lua_State* L) {
  const NodeRef& ref = CheckedNode(L, 1);
  const DocumentNode& node = ref.page->node(ref.index);
  lua_pushfstring(L, node.type == NodeType::kArray ? "list of %d" : "object with %d fields",
                  static_cast<int>(node.range.count));
  return 1;
}

int ReadOnly(lua_State* L) {
  return luaL_error(L, "documents are read-only; copy what you want to change");
}

/// The page that holds document `position` (from 0) of a list, and the position on that page.
NodeRef DocumentAt(const ListRef& list, std::size_t position, DocumentPage::Index& root) {
  const DocumentView& view = *list.view;
  const auto after = std::upper_bound(view.starts.begin(), view.starts.end(), position);
  const auto page = static_cast<std::size_t>(after - view.starts.begin()) - 1;
  NodeRef ref{list.view, view.list->pages()[page].get(), view.start(), list.generation, 0};
  root = ref.page->Root(position - view.starts[page]);
  return ref;
}

int ListIndex(lua_State* L) {
  const ListRef& ref = CheckedList(L, 1);
  if (lua_isinteger(L, 2) == 0) {
    return luaL_error(L, "a list has no field '%s'; loop over it with upkeep.items",
                      luaL_tolstring(L, 2, nullptr));
  }
  const lua_Integer position = lua_tointeger(L, 2);
  if (position < 1 || position > static_cast<lua_Integer>(ref.view->list->size())) return 0;
  DocumentPage::Index root = 0;
  const NodeRef node = DocumentAt(ref, static_cast<std::size_t>(position) - 1, root);
  PushNode(L, node, root, node.field);
  return 1;
}

int ListLength(lua_State* L) {
  lua_pushinteger(L, static_cast<lua_Integer>(CheckedList(L, 1).view->list->size()));
  return 1;
}

int ListText(lua_State* L) {
  lua_pushfstring(L, "list of %I", static_cast<LUAI_UACINT>(CheckedList(L, 1).view->list->size()));
  return 1;
}

int NextIndexed(lua_State* L) {
  const lua_Integer position = luaL_checkinteger(L, 2) + 1;
  lua_pushinteger(L, position);
  return lua_geti(L, 1, position) == LUA_TNIL ? 1 : 2;
}

int ListPairs(lua_State* L) {
  CheckedList(L, 1);
  lua_pushcfunction(L, &NextIndexed);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}

// Upvalues: the list or array, how many were seen. Nulls are stepped over: a nil ends a loop.
int NextDocument(lua_State* L) {
  const ListRef& ref = CheckedList(L, lua_upvalueindex(1));
  auto at = static_cast<std::size_t>(lua_tointeger(L, lua_upvalueindex(2)));
  for (; at < ref.view->list->size(); ++at) {
    DocumentPage::Index root = 0;
    const NodeRef node = DocumentAt(ref, at, root);
    PushNode(L, node, root, node.field);
    if (lua_isnil(L, -1)) continue;
    lua_pushinteger(L, static_cast<lua_Integer>(at) + 1);
    lua_replace(L, lua_upvalueindex(2));
    return 1;
  }
  return 0;
}

int NextElement(lua_State* L) {
  const NodeRef& ref = CheckedNode(L, lua_upvalueindex(1));
  const DocumentNode& node = ref.page->node(ref.index);
  auto at = static_cast<std::uint32_t>(lua_tointeger(L, lua_upvalueindex(2)));
  for (; at < node.range.count; ++at) {
    const DocumentPage::Index child = node.range.first + at;
    if (ref.page->node(child).type == NodeType::kNull) continue;
    PushNode(L, ref, child, ref.field);
    lua_pushinteger(L, static_cast<lua_Integer>(at) + 1);
    lua_replace(L, lua_upvalueindex(2));
    return 1;
  }
  return 0;
}

const void* MakeMetatable(lua_State* L, const char* name, const luaL_Reg* functions,
                          lua_CFunction let_go, const char* key) {
  lua_newtable(L);
  luaL_setfuncs(L, functions, 0);
  // A run makes hundreds of thousands of them, and none outlives its call: finalizers would only cost.
  if (State::From(L).documents().keeps()) {
    lua_pushcfunction(L, let_go);
    lua_setfield(L, -2, "__gc");
  }
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  const void* const identity = lua_topointer(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
  return identity;
}

}  // namespace

const FieldNode* FieldNode::Find(std::string_view key) const {
  for (const auto& child : below) {
    if (child->name == key) return child.get();
  }
  return nullptr;
}

void DocumentView::NoteWhole(const FieldNode* field) {
  if (tracks && field != nullptr && field != &root) const_cast<FieldNode*>(field)->whole = true;
}

void DocumentViews::Sweep(ReadPaths& read) {
  for (const DocumentView& view : views_) {
    if (view.tracks) AddRead(view.root, "", read[view.need]);
  }
  std::erase_if(views_, [](const DocumentView& view) { return view.values == 0; });
}

DocumentView* DocumentViews::Add(const Answer& answer, std::string need) {
  // A snapshot asked for again and again is one view, or a loop would fill our memory with them.
  for (DocumentView& view : views_) {
    if (view.list == answer.documents && view.fields == answer.fields) return &view;
  }
  DocumentView& view = views_.emplace_back();
  view.list = answer.documents;
  view.fields = answer.fields;
  view.need = std::move(need);
  view.tracks = keeps_ && view.fields.empty();
  std::size_t start = 0;
  for (const auto& page : view.list->pages()) {
    view.starts.push_back(start);
    start += page->size();
  }
  for (const std::string& path : view.fields) AddPath(view.root, path);
  return &view;
}

void DocumentViews::Clear() {
  views_.clear();
  ++generation_;
}

void OpenDocuments(lua_State* L) {
  State& state = State::From(L);
  const luaL_Reg node[] = {{"__index", &NodeIndex},    {"__len", &NodeLength},
                           {"__pairs", &NodePairs},    {"__eq", &NodeEquals},
                           {"__newindex", &ReadOnly},  {"__tostring", &NodeText},
                           {nullptr, nullptr}};
  state.node_meta = MakeMetatable(L, "document", node, &LetGo<NodeRef>, &registry::kNodeMeta);
  const luaL_Reg list[] = {{"__index", &ListIndex},   {"__len", &ListLength},
                           {"__pairs", &ListPairs},   {"__newindex", &ReadOnly},
                           {"__tostring", &ListText}, {nullptr, nullptr}};
  state.list_meta = MakeMetatable(L, "list of documents", list, &LetGo<ListRef>, &registry::kListMeta);
}

void PushList(lua_State* L, DocumentView* view) {
  *static_cast<ListRef*>(lua_newuserdatauv(L, sizeof(ListRef), 0)) = {
      view, State::From(L).documents().generation()};
  ++view->values;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::kListMeta);
  lua_setmetatable(L, -2);
}

int DocumentItems(lua_State* L) {
  lua_CFunction next = nullptr;
  if (lua_type(L, 1) == LUA_TUSERDATA && lua_getmetatable(L, 1) != 0) {
    const void* const meta = lua_topointer(L, -1);
    if (meta == State::From(L).list_meta) next = &NextDocument;
    if (meta == State::From(L).node_meta) {
      const NodeRef& ref = CheckedNode(L, 1);
      if (ref.page->node(ref.index).type == NodeType::kArray) next = &NextElement;
    }
  }
  if (next == nullptr) return 0;
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, next, 2);
  return 1;
}

}  // namespace upkeep::lua
