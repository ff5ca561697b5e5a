// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/list_decoder.h"

#include <utility>

#include "base/value.h"

namespace upkeep::kubernetes {
namespace {

constexpr int kMaxListDepth = 200;

bool IsBlank(char byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

Status NoList(std::string_view what) {
  return Status(Code::kError, "the answer is not a list of objects: " + std::string(what));
}

}  // namespace

ListDecoder::ListDecoder(const Projection& projection) : extractor_(projection) {}

void ListDecoder::Reset() {
  builder_ = DocumentBuilder();
  at_ = At::kStart;
  depth_ = 0;
  in_string_ = escaped_ = false;
  word_.clear();
  key_.clear();
  envelope_.clear();
  part_.clear();
  continue_token_.clear();
  bytes_ = 0;
}

Status ListDecoder::Feed(std::string_view bytes) {
  bytes_ += bytes.size();
  std::size_t position = 0;
  while (position < bytes.size()) {
    if (at_ != At::kInItem) {
      UPKEEP_RETURN_IF_ERROR(Step(bytes[position]));
      // The opening bracket of an item is scanned with it.
      if (at_ != At::kInItem) ++position;
      continue;
    }
    const std::string_view rest = bytes.substr(position);
    const std::size_t taken = item_.Scan(rest);
    if (item_.depth() > kMaxListDepth) return NoList("nested too deeply");
    if (part_.size() + taken > kMaxObjectBytes) {
      return Status(Code::kTruncated, "an object is larger than " +
                                          std::to_string(kMaxObjectBytes >> 20) + " MiB");
    }
    if (!item_.done()) {
      part_.insert(part_.end(), rest.begin(), rest.end());
      return Status::Ok();
    }
    UPKEEP_RETURN_IF_ERROR(EndItem(rest, taken));
    position += taken;
  }
  return Status::Ok();
}

Status ListDecoder::EndItem(std::string_view rest, std::size_t taken) {
  at_ = At::kCommaOrEnd;
  const std::size_t padding = Extractor::kPadding;
  if (part_.empty() && rest.size() - taken >= padding) {
    return extractor_.Add(rest.substr(0, taken), builder_);
  }
  part_.insert(part_.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(taken));
  const std::size_t size = part_.size();
  part_.resize(size + padding);
  Status added = extractor_.Add(std::string_view(part_.data(), size), builder_);
  part_.clear();
  return added;
}

Status ListDecoder::BeginItem(char byte) {
  if (byte != '{') return NoList("an item is no object");
  at_ = At::kInItem;
  item_.Begin();
  return Status::Ok();
}

Status ListDecoder::Step(char byte) {
  if (at_ == At::kEnvelope) {
    EnvelopeByte(byte);
    if (depth_ > kMaxListDepth) return NoList("nested too deeply");
    if (envelope_.size() > kMaxEnvelopeBytes) return NoList("too much beside its items");
    return Status::Ok();
  }
  if (IsBlank(byte)) return Status::Ok();
  switch (at_) {
    case At::kStart:
      if (byte != '{') return NoList("it does not begin with {");
      at_ = At::kEnvelope;
      EnvelopeByte(byte);
      return Status::Ok();
    case At::kItemOrEnd:
    case At::kItem:
    case At::kCommaOrEnd:
      if (byte == ']' && at_ != At::kItem) {
        at_ = At::kEnvelope;
        envelope_ += byte;
        return Status::Ok();
      }
      if (at_ != At::kCommaOrEnd) return BeginItem(byte);
      if (byte != ',') return NoList("no comma between items");
      at_ = At::kItem;
      return Status::Ok();
    default:
      return NoList("something follows its end");
  }
}

void ListDecoder::EnvelopeByte(char byte) {
  envelope_ += byte;
  if (in_string_) {
    if (escaped_) {
      escaped_ = false;
    } else if (byte == '\\') {
      escaped_ = true;
    } else if (byte == '"') {
      in_string_ = false;
      return;
    }
    if (depth_ == 1) word_ += byte;
    return;
  }
  switch (byte) {
    case '"':
      in_string_ = true;
      word_.clear();
      return;
    case ':':
      if (depth_ == 1) key_ = word_;
      return;
    case '[':
      if (depth_ == 1 && key_ == "items") {
        at_ = At::kItemOrEnd;
        LookForToken();
        return;
      }
      [[fallthrough]];
    case '{':
      ++depth_;
      return;
    case ']':
    case '}':
      if (--depth_ <= 0) at_ = At::kDone;
      return;
    default:
      return;
  }
}

void ListDecoder::LookForToken() {
  const Result<Value> so_far = ParseJson(envelope_ + "]}");
  if (!so_far.ok() || !so_far->is_object()) return;
  if (const auto metadata = so_far->find("metadata"); metadata != so_far->end()) {
    continue_token_ = StringAt(*metadata, "continue");
  }
}

Result<ListPage> ListDecoder::Finish() {
  if (at_ != At::kDone) {
    const std::size_t seen = bytes_;
    Reset();
    return Status(Code::kTruncated,
                  "the list was cut off after " + std::to_string(seen) + " bytes");
  }
  Result<Value> envelope = ParseJson(envelope_);
  ListPage page;
  page.bytes = bytes_;
  if (!envelope.ok() || !envelope->is_object()) {
    Reset();
    return NoList(envelope.ok() ? "no object" : envelope.status().message());
  }
  const auto items = envelope->find("items");
  if (items == envelope->end() || !(items->is_array() || items->is_null())) {
    Reset();
    return NoList("it has no items");
  }
  if (const auto metadata = envelope->find("metadata"); metadata != envelope->end()) {
    page.resource_version = StringAt(*metadata, "resourceVersion");
    page.continue_token = StringAt(*metadata, "continue");
  }
  page.documents = builder_.Finish();
  Reset();
  return page;
}

}  // namespace upkeep::kubernetes
