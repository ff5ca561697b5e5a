// SPDX-License-Identifier: Apache-2.0
#include "runner/isolate/frame.h"

#include <cstdint>
#include <exception>

namespace upkeep::isolate {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr int kMostDepth = 300;   // Lua's values go to 64, and a document in one of them to 200.

/// Walks a message without making it. The parser calls itself for what is nested, so the depth is
/// bounded here and not afterwards.
class Counter final : public nlohmann::json_sax<Value> {
 public:
  explicit Counter(std::size_t most) : left_(most) {}

  bool null() override { return Take(); }
  bool boolean(bool) override { return Take(); }
  bool number_integer(number_integer_t) override { return Take(); }
  bool number_unsigned(number_unsigned_t) override { return Take(); }
  bool number_float(number_float_t, const string_t&) override { return Take(); }
  bool string(string_t&) override { return Take(); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return Open(); }
  bool key(string_t&) override { return true; }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(); }
  bool end_array() override { return Close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  bool Take() { return left_ > 0 && left_-- > 0; }
  bool Open() { return ++depth_ <= kMostDepth && Take(); }
  bool Close() {
    --depth_;
    return true;
  }

  std::size_t left_;
  int depth_ = 0;
};

Result<Value> Decode(std::string_view bytes, std::size_t most_values) {
  const Status garbage(Code::kInvalid, "what came is no message");
  try {
    Counter counter(most_values);
    if (!Value::sax_parse(bytes.begin(), bytes.end(), &counter, Value::input_format_t::msgpack)) return garbage;
    Value message = Value::from_msgpack(bytes.begin(), bytes.end(), true, false);
    if (!message.is_object()) return garbage;
    return message;
  } catch (const std::exception&) {
    return garbage;
  }
}

}  // namespace

Result<std::string> EncodeFrame(const Value& message) {
  std::string frame(kLengthBytes, '\0');
  Value::to_msgpack(message, nlohmann::detail::output_adapter<char>(frame));
  const std::size_t size = frame.size() - kLengthBytes;
  if (size > std::numeric_limits<std::uint32_t>::max()) {
    return Status(Code::kTruncated, "a message for the playbook's process is larger than 4 GiB");
  }
  for (std::size_t i = 0; i < kLengthBytes; ++i) frame[i] = static_cast<char>((size >> (8 * i)) & 0xFFU);
  return frame;
}

Result<std::optional<Value>> FrameReader::Next() {
  const std::string_view rest = std::string_view(bytes_).substr(read_);
  if (rest.size() < kLengthBytes) return std::optional<Value>();
  std::size_t size = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    size |= std::size_t{static_cast<unsigned char>(rest[i])} << (8 * i);
  }
  if (size > bounds_.bytes) {
    return Status(Code::kTruncated, "a message of " + std::to_string(size) + " bytes came, and " +
                                        std::to_string(bounds_.bytes) + " is the most");
  }
  if (rest.size() < kLengthBytes + size) return std::optional<Value>();
  Result<Value> message = Decode(rest.substr(kLengthBytes, size), bounds_.values);
  if (!message.ok()) return message.status();
  read_ += kLengthBytes + size;
  last_size_ = size;
  // Moved seldom: many small frames come in one piece.
  if (read_ == bytes_.size() || read_ > (std::size_t{1} << 20)) {
    bytes_.erase(0, read_);
    read_ = 0;
  }
  return std::optional<Value>(*std::move(message));
}

}  // namespace upkeep::isolate
