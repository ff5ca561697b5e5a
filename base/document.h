// SPDX-License-Identifier: Apache-2.0
//
// Documents are large read-only lists of JSON-like objects (all pods of a cluster, say), held
// in a few flat arrays instead of one allocation a value, and holding only the fields that
// somebody declared to read. A DocumentPage is one parsed page; a DocumentList is its pages.
//
// THREADS: a finished page is immutable and may be read from any thread.

#ifndef UPKEEP_BASE_DOCUMENT_H_
#define UPKEEP_BASE_DOCUMENT_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/value.h"

namespace upkeep {

enum class NodeType : std::uint8_t { kNull, kFalse, kTrue, kInteger, kNumber, kString, kArray, kObject };

/// One value inside a page. Children of an array or object stand side by side.
struct DocumentNode {
  static constexpr std::uint32_t kNoKey = 0xFFFFFFFFU;
  NodeType type = NodeType::kNull;
  std::uint32_t key = kNoKey;  ///< Of DocumentPage::KeyName; kNoKey in arrays and at the top.
  struct Range {
    std::uint32_t first;  ///< String: byte offset. Array, object: index of the first child.
    std::uint32_t count;  ///< String: bytes. Array, object: children.
  };
  union {
    std::int64_t integer;
    double number;
    Range range;
  };
  DocumentNode() : integer(0) {}
};

class DocumentPage {
 public:
  using Index = std::uint32_t;
  static constexpr Index kMissing = 0xFFFFFFFFU;

  /// Top-level documents on this page.
  std::size_t size() const { return roots_.size(); }
  Index Root(std::size_t position) const { return roots_[position]; }
  const DocumentNode& node(Index index) const { return nodes_[index]; }
  /// The child named `key` of an object, or kMissing.
  Index Child(Index object, std::string_view key) const;
  /// The bytes of a string node; valid as long as the page.
  std::string_view Text(const DocumentNode& string) const {
    return std::string_view(text_).substr(string.range.first, string.range.count);
  }
  std::string_view KeyName(std::uint32_t key) const { return key_names_[key]; }
  Value ToValue(Index index) const;
  /// Bytes held, for the bars of memory.
  std::size_t MemoryUsed() const;

 private:
  friend class DocumentBuilder;
  std::vector<DocumentNode> nodes_;
  std::vector<Index> roots_;
  std::string text_;
  std::vector<std::string> key_names_;
};

/// Fills one page, value by value, depth first. `key` is unused inside arrays and at the top.
/// Equal strings near each other are kept once: lists from a cluster repeat themselves.
class DocumentBuilder {
 public:
  DocumentBuilder();
  void BeginObject(std::string_view key) { Begin(key, false); }
  void EndObject() { End(NodeType::kObject); }
  void BeginArray(std::string_view key) { Begin(key, true); }
  void EndArray() { End(NodeType::kArray); }
  void Null(std::string_view key);
  void Bool(std::string_view key, bool value);
  void Integer(std::string_view key, std::int64_t value);
  void Number(std::string_view key, double value);
  void String(std::string_view key, std::string_view value);
  void Add(std::string_view key, const Value& value);
  /// Copies a value of another page with all below it.
  void Copy(std::string_view key, const DocumentPage& page, DocumentPage::Index index);
  /// Forgets everything since the last complete top-level document (an object cut in half).
  void Abandon();

  /// Complete top-level documents so far.
  std::size_t size() const { return page_->size(); }
  /// Bytes that the finished page will hold, as far as it has come.
  std::size_t MemoryUsed() const;

  /// REQUIRES: every Begin has its End. The builder is empty afterwards.
  std::shared_ptr<const DocumentPage> Finish();

 private:
  struct Open {
    std::uint32_t key;
    bool array;
    std::size_t first_pending;
  };
  struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>()(key);
    }
  };
  struct SeenString {
    std::uint32_t first = 0, count = 0;  ///< Empty: nothing seen there yet.
  };
  std::uint32_t KeyId(std::string_view key);
  void Begin(std::string_view key, bool array);
  void Push(DocumentNode node);
  void End(NodeType type);

  std::unique_ptr<DocumentPage> page_;
  std::unordered_map<std::string, std::uint32_t, KeyHash, std::equal_to<>> key_ids_;
  std::array<SeenString, 1024> seen_{};  ///< By hash; a newer string takes the older one's place.
  std::vector<DocumentNode> pending_;    ///< Children whose parent is still open.
  std::vector<Open> open_;
  std::size_t complete_nodes_ = 0, complete_text_ = 0;  ///< After the last complete document.
};

class DocumentList {
 public:
  DocumentList() = default;
  explicit DocumentList(std::vector<std::shared_ptr<const DocumentPage>> pages);
  /// A page of its own from a JSON array; how recorded cases come back.
  static DocumentList FromValue(const Value& array);

  std::size_t size() const { return size_; }
  const std::vector<std::shared_ptr<const DocumentPage>>& pages() const { return pages_; }
  Value ToValue() const;
  std::size_t MemoryUsed() const;

 private:
  std::vector<std::shared_ptr<const DocumentPage>> pages_;
  std::size_t size_ = 0;
};

}  // namespace upkeep

#endif  // UPKEEP_BASE_DOCUMENT_H_
