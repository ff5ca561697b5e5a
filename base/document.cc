// SPDX-License-Identifier: Apache-2.0
#include "base/document.h"

#include <cassert>
#include <limits>
#include <utility>

namespace upkeep {

DocumentPage::Index DocumentPage::Child(Index object, std::string_view key) const {
  const DocumentNode& parent = nodes_[object];
  if (parent.type != NodeType::kObject) return kMissing;
  for (Index i = parent.range.first; i < parent.range.first + parent.range.count; ++i) {
    if (key_names_[nodes_[i].key] == key) return i;
  }
  return kMissing;
}

Value DocumentPage::ToValue(Index index) const {
  const DocumentNode& node = nodes_[index];
  switch (node.type) {
    case NodeType::kNull: return nullptr;
    case NodeType::kFalse: return false;
    case NodeType::kTrue: return true;
    case NodeType::kInteger: return node.integer;
    case NodeType::kNumber: return node.number;
    case NodeType::kString: return std::string(Text(node));
    case NodeType::kArray: {
      Value array = Value::array();
      for (Index i = 0; i < node.range.count; ++i) array.push_back(ToValue(node.range.first + i));
      return array;
    }
    case NodeType::kObject: {
      Value object = Value::object();
      for (Index i = 0; i < node.range.count; ++i) {
        const Index child = node.range.first + i;
        object[key_names_[nodes_[child].key]] = ToValue(child);
      }
      return object;
    }
  }
  return nullptr;
}

std::size_t DocumentPage::MemoryUsed() const {
  std::size_t bytes = nodes_.capacity() * sizeof(DocumentNode) + roots_.capacity() * sizeof(Index) +
                      text_.capacity() + key_names_.capacity() * sizeof(std::string);
  for (const std::string& name : key_names_) bytes += name.capacity();
  return bytes;
}

DocumentBuilder::DocumentBuilder() : page_(std::make_unique<DocumentPage>()) {}

std::uint32_t DocumentBuilder::KeyId(std::string_view key) {
  // The top level and array elements have no key; an object's key may be empty, too.
  if (open_.empty() || open_.back().array) return DocumentNode::kNoKey;
  if (const auto found = key_ids_.find(key); found != key_ids_.end()) return found->second;
  const auto id = static_cast<std::uint32_t>(page_->key_names_.size());
  key_ids_.emplace(key, id);
  page_->key_names_.emplace_back(key);
  return id;
}

void DocumentBuilder::Push(DocumentNode node) {
  if (open_.empty()) {
    page_->roots_.push_back(static_cast<std::uint32_t>(page_->nodes_.size()));
    page_->nodes_.push_back(node);
    complete_nodes_ = page_->nodes_.size();
    complete_text_ = page_->text_.size();
  } else {
    pending_.push_back(node);
  }
}

void DocumentBuilder::Begin(std::string_view key, bool array) {
  open_.push_back({KeyId(key), array, pending_.size()});
}

void DocumentBuilder::End(NodeType type) {
  assert(!open_.empty() && "an End without its Begin");
  const Open opened = open_.back();
  open_.pop_back();
  DocumentNode node;
  node.type = type;
  node.key = opened.key;
  node.range.first = static_cast<std::uint32_t>(page_->nodes_.size());
  node.range.count = static_cast<std::uint32_t>(pending_.size() - opened.first_pending);
  page_->nodes_.insert(page_->nodes_.end(),
                       pending_.begin() + static_cast<std::ptrdiff_t>(opened.first_pending),
                       pending_.end());
  pending_.resize(opened.first_pending);
  Push(node);
}

void DocumentBuilder::Null(std::string_view key) {
  DocumentNode node;
  node.key = KeyId(key);
  Push(node);
}

void DocumentBuilder::Bool(std::string_view key, bool value) {
  DocumentNode node;
  node.type = value ? NodeType::kTrue : NodeType::kFalse;
  node.key = KeyId(key);
  Push(node);
}

void DocumentBuilder::Integer(std::string_view key, std::int64_t value) {
  DocumentNode node;
  node.type = NodeType::kInteger;
  node.key = KeyId(key);
  node.integer = value;
  Push(node);
}

void DocumentBuilder::Number(std::string_view key, double value) {
  DocumentNode node;
  node.type = NodeType::kNumber;
  node.key = KeyId(key);
  node.number = value;
  Push(node);
}

void DocumentBuilder::String(std::string_view key, std::string_view value) {
  DocumentNode node;
  node.type = NodeType::kString;
  node.key = KeyId(key);
  SeenString& seen = seen_[std::hash<std::string_view>()(value) % seen_.size()];
  const std::string_view before = std::string_view(page_->text_).substr(seen.first, seen.count);
  if (before != value) {
    seen = {static_cast<std::uint32_t>(page_->text_.size()),
            static_cast<std::uint32_t>(value.size())};
    page_->text_ += value;
  }
  node.range.first = seen.first;
  node.range.count = seen.count;
  Push(node);
}

void DocumentBuilder::Add(std::string_view key, const Value& value) {
  switch (value.type()) {
    case Value::value_t::object:
      BeginObject(key);
      for (const auto& [name, child] : value.items()) Add(name, child);
      EndObject();
      return;
    case Value::value_t::array:
      BeginArray(key);
      for (const Value& child : value) Add("", child);
      EndArray();
      return;
    case Value::value_t::string:
      String(key, value.get_ref<const std::string&>());
      return;
    case Value::value_t::boolean:
      Bool(key, value.get<bool>());
      return;
    case Value::value_t::number_integer:
      Integer(key, value.get<std::int64_t>());
      return;
    case Value::value_t::number_unsigned:
      if (const auto number = value.get<std::uint64_t>();
          number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        Integer(key, static_cast<std::int64_t>(number));
      } else {
        Number(key, static_cast<double>(number));
      }
      return;
    case Value::value_t::number_float:
      Number(key, value.get<double>());
      return;
    default:
      Null(key);
  }
}

void DocumentBuilder::Copy(std::string_view key, const DocumentPage& page,
                           DocumentPage::Index index) {
  const DocumentNode& node = page.node(index);
  switch (node.type) {
    case NodeType::kNull: return Null(key);
    case NodeType::kFalse: return Bool(key, false);
    case NodeType::kTrue: return Bool(key, true);
    case NodeType::kInteger: return Integer(key, node.integer);
    case NodeType::kNumber: return Number(key, node.number);
    case NodeType::kString: return String(key, page.Text(node));
    case NodeType::kArray:
    case NodeType::kObject:
      Begin(key, node.type == NodeType::kArray);
      for (DocumentPage::Index i = node.range.first; i < node.range.first + node.range.count; ++i) {
        const std::uint32_t name = page.node(i).key;
        Copy(name == DocumentNode::kNoKey ? std::string_view() : page.KeyName(name), page, i);
      }
      End(node.type);
  }
}

void DocumentBuilder::Abandon() {
  open_.clear();
  pending_.clear();
  page_->nodes_.resize(complete_nodes_);
  page_->text_.resize(complete_text_);
  seen_.fill({});  // What was seen may lie in the text that went.
}

std::size_t DocumentBuilder::MemoryUsed() const {
  return (page_->nodes_.size() + pending_.size()) * sizeof(DocumentNode) + page_->text_.size() +
         page_->roots_.size() * sizeof(DocumentPage::Index);
}

std::shared_ptr<const DocumentPage> DocumentBuilder::Finish() {
  assert(open_.empty() && "a Begin without its End");
  page_->nodes_.shrink_to_fit();
  page_->text_.shrink_to_fit();
  page_->roots_.shrink_to_fit();
  std::shared_ptr<const DocumentPage> finished = std::move(page_);
  page_ = std::make_unique<DocumentPage>();
  key_ids_.clear();
  seen_.fill({});
  complete_nodes_ = complete_text_ = 0;
  return finished;
}

DocumentList::DocumentList(std::vector<std::shared_ptr<const DocumentPage>> pages)
    : pages_(std::move(pages)) {
  for (const auto& page : pages_) size_ += page->size();
}

DocumentList DocumentList::FromValue(const Value& array) {
  DocumentBuilder builder;
  for (const Value& document : array) builder.Add("", document);
  return DocumentList({builder.Finish()});
}

Value DocumentList::ToValue() const {
  Value array = Value::array();
  for (const auto& page : pages_) {
    for (std::size_t i = 0; i < page->size(); ++i) array.push_back(page->ToValue(page->Root(i)));
  }
  return array;
}

std::size_t DocumentList::MemoryUsed() const {
  std::size_t bytes = 0;
  for (const auto& page : pages_) bytes += page->MemoryUsed();
  return bytes;
}

}  // namespace upkeep
