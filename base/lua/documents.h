// SPDX-License-Identifier: Apache-2.0
//
// How a playbook sees documents: a list, and light proxies of the values in it, made as they
// are read. Proxies point into shared pages; a proxy of an ended call raises when touched.
//
// A view may be bound to the field paths that the head declares: a path is readable when it is
// declared, leads to a declared one, or lies below one.
//
// At a prompt views live from one line to the next, as long as Lua holds one of their values; those
// that declare nothing note which paths are read of them.
//
// THREADS: as its Sandbox.

#ifndef UPKEEP_BASE_LUA_DOCUMENTS_H_
#define UPKEEP_BASE_LUA_DOCUMENTS_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <lua.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.h"
#include "base/lua/host.h"

namespace upkeep::lua {

/// A step of declared paths. No FieldNode at all means: everything below.
struct FieldNode {
  std::string name;
  const FieldNode* parent = nullptr;
  bool whole = false;                     ///< A declared path ends here.
  std::vector<std::unique_ptr<FieldNode>> below;
  const FieldNode* Find(std::string_view key) const;
};

struct DocumentView {
  std::shared_ptr<const DocumentList> list;   ///< Shared with the snapshot of the run.
  std::vector<std::size_t> starts;            ///< Position of each page's first document.
  std::vector<std::string> fields;            ///< As declared.
  FieldNode root;
  std::string need;                           ///< "kubernetes:list:pods", for messages.
  bool tracks = false;                        ///< Nothing is declared: root holds what was read.
  int values = 0;                             ///< Userdata that point here, where they are counted.

  /// Where the fields of a whole document begin; null: everything is readable.
  const FieldNode* start() const { return fields.empty() && !tracks ? nullptr : &root; }
  /// What may be read at `field`: null, everything. For reading that is not to be noted.
  const FieldNode* Declared(const FieldNode* field) const { return tracks ? nullptr : field; }
  /// All below `field` was read; only where this view tracks.
  void NoteWhole(const FieldNode* field);
};

/// By DocumentView::need, the paths that were read.
using ReadPaths = std::map<std::string, std::set<std::string>>;

/// The views of one call, or of all lines of a prompt.
class DocumentViews {
 public:
  /// To be said before any value is made: views stay between calls, until Sweep() finds that Lua
  /// has let all of their values go.
  void KeepBetweenCalls() { keeps_ = true; }
  bool keeps() const { return keeps_; }
  /// Adds what was read of each view to `read`, and drops those that nothing points to any more.
  void Sweep(ReadPaths& read);

  /// Stays valid until Clear() or Sweep().
  DocumentView* Add(const Answer& answer, std::string need);
  void Clear();
  std::uint64_t generation() const { return generation_; }

 private:
  std::list<DocumentView> views_;
  bool keeps_ = false;
  std::uint64_t generation_ = 1;
};

/// What a list's userdata holds.
struct ListRef {
  DocumentView* view;
  std::uint64_t generation;
};

/// What a proxy's userdata holds.
struct NodeRef {
  DocumentView* view;
  const DocumentPage* page;
  const FieldNode* field;                 ///< Null: everything below is readable.
  std::uint64_t generation;
  DocumentPage::Index index;
};

/// Makes the metatables. Raises.
void OpenDocuments(lua_State* L);
/// Pushes a list. Raises.
void PushList(lua_State* L, DocumentView* view);
/// core.items(value): an iterator's function for a list or an array proxy; nil for anything else.
int DocumentItems(lua_State* L);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_DOCUMENTS_H_
