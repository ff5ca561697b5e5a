// SPDX-License-Identifier: Apache-2.0
//
// Builds the tree from yaml-cpp's events. The events are used instead of YAML::Node because they
// keep marks and quotes, and because limits can be enforced while the text is being read.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <unordered_set>

#include "base/yaml/text.h"
#include "base/yaml/yaml.h"

namespace upkeep::yaml {
namespace {

constexpr std::size_t kMaxNodes = 100'000;
constexpr std::size_t kMaxAnchored = 4 * kMaxNodes;  // Nested anchors store a node once a level.
constexpr std::size_t kMaxDepth = 100;
constexpr std::size_t kMaxErrors = 100;
constexpr const char* kAliasHint = "write out what the aliases (*name) stand for, or split the file";
constexpr const char* kDepthHint = "check the indent, and the brackets";

/// Ends the parse from inside an event; never leaves Read().
struct Refusal {
  Status status;
};

std::size_t Count(const Node& node) {
  std::size_t count = 1;
  for (const Node& item : node.items) count += Count(item);
  for (const auto& [key, value] : node.entries) count += 1 + Count(value);
  return count;
}

std::size_t DepthOf(const Node& node) {
  std::size_t deepest = 0;
  for (const Node& item : node.items) deepest = std::max(deepest, DepthOf(item));
  for (const auto& [key, value] : node.entries) deepest = std::max(deepest, DepthOf(value));
  return deepest + 1;
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& text, const std::string& file) : text_(text), file_(file) {
    line_starts_.push_back(0);
    for (std::size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) {
      line_starts_.push_back(at + 1);
    }
  }

  bool started() const { return started_; }
  int start_line() const { return start_line_; }
  Node TakeRoot() { return std::move(root_); }
  std::vector<Status>& errors() { return errors_; }
  std::vector<RepeatedKey>& repeated() { return repeated_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    started_ = true;
    start_line_ = mark.line + 1;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node = Make(mark, Kind::kNull);
    // yaml-cpp marks an empty value at whatever comes next; people look for it at its key.
    if (!frames_.empty() && frames_.back().have_key) {
      const Node& key = frames_.back().key;
      if (node.line != key.line) {
        node.line = key.line;
        node.column = key.column;
      }
    }
    Add(std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node = Make(mark, Kind::kScalar);
    node.scalar = value;
    // yaml-cpp tags a plain scalar "?" and a quoted or block one "!".
    node.quoted = CheckTag(mark, tag) == "str" || tag == "!";
    if (node.quoted) CheckQuoteIsClosed(mark);
    Add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      Refuse(mark, "this alias refers to a node that contains it", "write out what it should hold");
    }
    Node copy = found->second;
    nodes_ += Count(copy);
    if (nodes_ > kMaxNodes) Refuse(mark, TooManyNodes(), kAliasHint);
    if (frames_.size() + DepthOf(copy) > kMaxDepth) Refuse(mark, TooDeep(), kDepthHint);
    Add(std::move(copy), YAML::NullAnchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    CheckTag(mark, tag);
    Push(Make(mark, Kind::kSequence), anchor, mark);
  }
  void OnSequenceEnd() override { Pop(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    CheckTag(mark, tag);
    Push(Make(mark, Kind::kMapping), anchor, mark);
  }
  void OnMapEnd() override { Pop(); }

  SourcePlace Place(int line, int column) const {
    return {.file = file_, .line = line, .column = column, .text = LineOf(text_, line)};
  }

 private:
  struct Frame {
    Node node;
    YAML::anchor_t anchor;
    Node key;
    bool have_key = false;
    std::unordered_set<std::string> seen;
  };

  static std::string TooManyNodes() { return "the file has more than 100,000 nodes"; }
  static std::string TooDeep() { return "this is nested deeper than 100 levels"; }

  [[noreturn]] void Refuse(const YAML::Mark& mark, std::string message, std::string hint = "") {
    throw Refusal{Status(Code::kInvalid, std::move(message))
                      .WithHint(std::move(hint))
                      .At(Place(mark.line + 1, mark.column + 1))};
  }

  /// The short name of a core tag; "" for none. Other tags name types that nothing here reads.
  std::string_view CheckTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return "";
    constexpr std::string_view kCore = "tag:yaml.org,2002:";
    if (tag.starts_with(kCore)) {
      const std::string_view name = std::string_view(tag).substr(kCore.size());
      for (const char* known : {"str", "int", "float", "bool", "null", "map", "seq"}) {
        if (name == known) return name;
      }
    }
    Refuse(mark, "the tag '" + tag + "' is not read here", "remove the tag");
  }

  /// yaml-cpp takes the end of the file for the end of a quoted scalar.
  void CheckQuoteIsClosed(const YAML::Mark& mark) {
    const auto line = static_cast<std::size_t>(mark.line);
    if (mark.line < 0 || line >= line_starts_.size()) return;
    std::size_t at = line_starts_[line] + static_cast<std::size_t>(mark.column);
    // The mark of a scalar with an anchor or a tag is theirs.
    while (at < text_.size() && (text_[at] == '&' || text_[at] == '!')) {
      at = std::min(text_.find_first_of(" \n", at), text_.size());
      at = std::min(text_.find_first_not_of(" \n", at), text_.size());
    }
    if (at >= text_.size() || (text_[at] != '\'' && text_[at] != '"')) return;
    const char quote = text_[at];
    for (++at; at < text_.size(); ++at) {
      if (quote == '"' && text_[at] == '\\') {
        ++at;
      } else if (text_[at] == quote) {
        if (quote == '"' || at + 1 >= text_.size() || text_[at + 1] != quote) return;
        ++at;
      }
    }
    Refuse(mark, "this quote is not closed", "end the text with the same quote");
  }

  Node Make(const YAML::Mark& mark, Kind kind) {
    if (++nodes_ > kMaxNodes) Refuse(mark, TooManyNodes(), kAliasHint);
    Node node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  void Push(Node node, YAML::anchor_t anchor, const YAML::Mark& mark) {
    if (frames_.size() >= kMaxDepth) Refuse(mark, TooDeep(), kDepthHint);
    frames_.push_back({.node = std::move(node), .anchor = anchor, .key = {}, .have_key = false,
                       .seen = {}});
  }

  void Pop() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    Add(std::move(frame.node), frame.anchor);
  }

  void Add(Node node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      anchored_ += Count(node);
      if (anchored_ > kMaxAnchored) {
        throw Refusal{Status(Code::kInvalid, TooManyNodes())
                          .WithHint(kAliasHint)
                          .At(Place(node.line, node.column))};
      }
      anchors_[anchor] = node;
    }
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node.kind == Kind::kSequence) {
      frame.node.items.push_back(std::move(node));
    } else if (frame.have_key) {
      frame.have_key = false;
      frame.node.entries.emplace_back(std::move(frame.key), std::move(node));
    } else {
      TakeKey(frame, std::move(node));
    }
  }

  void TakeKey(Frame& frame, Node key) {
    if (key.kind != Kind::kScalar) {
      throw Refusal{Status(Code::kInvalid, "a key must be a word, not a list, a mapping or null")
                        .WithHint("put a key that begins with '[', '{' or '?' in quotes")
                        .At(Place(key.line, key.column))};
    }
    if (!frame.seen.insert(key.scalar).second) {
      // More than are told: whoever leaves out only what is wrong could not know all of it.
      if (repeated_.size() >= kMaxErrors) {
        throw Refusal{Status(Code::kInvalid, "more than 100 keys are repeated").At(Place(key.line, key.column))};
      }
      std::string hint;
      if (const Node* first = FindKey(frame.node, key.scalar)) {
        hint = "it is already set in line " + std::to_string(first->line);
      }
      repeated_.push_back({Status(Code::kInvalid, "the key '" + key.scalar + "' is repeated")
                               .WithHint(std::move(hint))
                               .At(Place(key.line, key.column)),
                           frame.node.line, frame.node.column});
    }
    frame.key = std::move(key);
    frame.have_key = true;
  }

  static const Node* FindKey(const Node& mapping, std::string_view name) {
    for (const auto& [key, value] : mapping.entries) {
      if (key.scalar == name) return &key;
    }
    return nullptr;
  }

  const std::string& text_;
  const std::string& file_;
  Node root_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::vector<Status> errors_;
  std::vector<RepeatedKey> repeated_;
  std::vector<std::size_t> line_starts_;
  std::size_t nodes_ = 0;
  std::size_t anchored_ = 0;
  bool started_ = false;
  int start_line_ = 0;
};

/// What helps with the parser's commonest complaints.
std::string HintFor(std::string_view message) {
  const auto has = [&](std::string_view part) { return message.find(part) != message.npos; };
  if (has("end of map") || has("end of sequence")) {
    return "check the indent of this line, and that every '[', '{' and quote is closed";
  }
  if (has("illegal map value")) {
    return "check the indent, and put a value that holds ': ' in quotes";
  }
  if (has("unknown escape")) return "use single quotes where backslashes are meant as they stand";
  if (has("illegal EOF")) return "a quote is not closed";
  return "check the indent, and put text that holds : # { [ & * ! | > % @ ` in quotes";
}

/// The file at `path` and what the system says against it.
Status Unreadable(const std::string& path, int reason) {
  const char* hint = "check the path; a relative one begins at the folder that upkeep was started in";
  if (reason == EACCES || reason == EPERM) hint = "let the user that runs upkeep read it";
  if (reason == EISDIR) hint = "name a file in it";
  if (reason == ELOOP) hint = "it is a link that leads back to itself";
  return Status(reason == ENOENT ? Code::kNotFound : Code::kConfig,
                path + ": " + (reason != 0 ? std::strerror(reason) : "can't be read"))
      .WithHint(hint);
}

/// yaml-cpp begins a new document wherever a line fits nothing above it.
Status SecondDocument(SourcePlace place) {
  const bool marked = place.text.starts_with("---");
  return Status(Code::kInvalid, marked ? "a second document begins here"
                                       : "this line belongs to nothing above it")
      .WithHint(marked ? "one file holds one document; remove the '---'" : "check its indent")
      .At(std::move(place));
}

}  // namespace

const Node* Node::Find(std::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name.scalar == key) return &value;
  }
  return nullptr;
}

SourcePlace Document::PlaceOf(const Node& node) const {
  return {.file = file, .line = node.line, .column = node.column, .text = LineOf(text, node.line)};
}

bool RepeatedKey::IsIn(const Node& node) const {
  if (node.kind == Kind::kMapping && node.line == line && node.column == column) return true;
  for (const Node& item : node.items) {
    if (IsIn(item)) return true;
  }
  for (const auto& [key, value] : node.entries) {
    if (IsIn(value)) return true;
  }
  return false;
}

Result<Document> Read(std::string text, std::string file) {
  auto document = ReadWithRepeatedKeys(std::move(text), std::move(file));
  if (!document.ok() || document->repeated.empty()) return document;
  std::vector<Status> errors;
  for (RepeatedKey& one : document->repeated) errors.push_back(std::move(one.error));
  return Combine(errors);
}

Result<Document> ReadWithRepeatedKeys(std::string text, std::string file) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  UPKEEP_RETURN_IF_ERROR(CheckText(text, file));
  Document document{.file = std::move(file), .text = std::move(text), .root = {}, .repeated = {}};
  document.root.line = 1;
  document.root.column = 1;
  TreeBuilder builder(document.text, document.file);
  try {
    std::istringstream stream(document.text);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    if (builder.started()) {
      TreeBuilder second(document.text, document.file);
      document.root = builder.TakeRoot();
      parser.HandleNextDocument(second);
      if (second.started()) {
        builder.errors().push_back(SecondDocument(builder.Place(second.start_line(), 1)));
      }
    }
  } catch (Refusal& refusal) {
    builder.errors().push_back(std::move(refusal.status));
  } catch (const YAML::Exception& error) {
    builder.errors().push_back(Status(Code::kInvalid, error.msg)
                                   .WithHint(HintFor(error.msg))
                                   .At(builder.Place(error.mark.line + 1, error.mark.column + 1)));
  } catch (const std::exception& error) {
    builder.errors().push_back(Status(Code::kInvalid, std::string("not YAML: ") + error.what())
                                   .At(builder.Place(0, 0)));
  }
  document.repeated = std::move(builder.repeated());
  if (builder.errors().empty()) return document;
  std::vector<Status> errors;
  for (RepeatedKey& one : document.repeated) errors.push_back(std::move(one.error));
  errors.insert(errors.end(), builder.errors().begin(), builder.errors().end());
  return Combine(errors);
}

Result<std::string> ReadBytes(const std::string& path) {
  // Asked first: opening a pipe that nobody writes to would wait for ever.
  struct stat about {};
  if (stat(path.c_str(), &about) != 0) return Unreadable(path, errno);
  if (S_ISDIR(about.st_mode)) return Unreadable(path, EISDIR);
  if (!S_ISREG(about.st_mode)) {
    return Status(Code::kConfig, path + " is not a regular file")
        .WithHint("save what it gives in a file first: upkeep may read it more than once");
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) {
    // One byte more than Read() takes, so that a larger file is refused without being held; and one
    // more than the file had, so that its end is seen.
    constexpr std::size_t kEnough = (std::size_t{4} << 20) + 1;
    text.resize(std::min(kEnough, static_cast<std::size_t>(about.st_size) + 1));
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
  }
  if (!file.is_open() || file.bad() || (file.fail() && !file.eof())) return Unreadable(path, errno);
  return text;
}

Result<Document> ReadFile(const std::string& path) {
  auto text = ReadBytes(path);
  if (!text.ok()) return text.status();
  return Read(std::move(*text), path);
}

}  // namespace upkeep::yaml
