// SPDX-License-Identifier: Apache-2.0
#include "checks/redis/reply.h"

#include <hiredis/hiredis.h>
#include <hiredis/read.h>

namespace upkeep::redis {
namespace {

// Errors inside lists stay visible; RESP2 has no other objects.
constexpr const char* kErrorKey = "error";

/// Where the value of `task` goes: its place in the parent's list, or a new root.
void* Put(const redisReadTask* task, Value value) {
  if (task->parent == nullptr) return new Value(std::move(value));
  Value& list = *static_cast<Value*>(task->parent->obj);
  Value& place = list[static_cast<std::size_t>(task->idx)];
  place = std::move(value);
  return &place;
}

void* CreateString(const redisReadTask* task, char* text, size_t size) {
  if (task->type == REDIS_REPLY_ERROR) return Put(task, Value{{kErrorKey, std::string(text, size)}});
  return Put(task, std::string(text, size));
}

// No list is made before its length was judged: the peer could ask for any amount of memory.
void* CreateArray(const redisReadTask* task, int elements) {
  if (elements > kMaxReplyElements) return nullptr;
  Value list = Value::array();
  list.get_ref<Value::array_t&>().resize(static_cast<std::size_t>(elements));
  return Put(task, std::move(list));
}

void* CreateInteger(const redisReadTask* task, long long value) { return Put(task, Value(value)); }
void* CreateNil(const redisReadTask* task) { return Put(task, Value()); }
void FreeObject(void* root) { delete static_cast<Value*>(root); }

redisReplyObjectFunctions functions = {&CreateString, &CreateArray, &CreateInteger, &CreateNil, &FreeObject};

}  // namespace

void ReplyReader::Free::operator()(redisReader* reader) const { redisReaderFree(reader); }

ReplyReader::ReplyReader() : reader_(redisReaderCreateWithFunctions(&functions)) {}
ReplyReader::~ReplyReader() = default;

Status ReplyReader::Feed(std::string_view bytes) {
  pending_ += bytes.size();
  if (pending_ > kMaxReplyBytes) {
    return Status(Code::kTruncated, "the reply is larger than " + std::to_string(kMaxReplyBytes) + " bytes");
  }
  if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) {
    return Status(Code::kError, "the reply is not of the Redis protocol");
  }
  return Status::Ok();
}

Result<std::optional<Reply>> ReplyReader::Next() {
  void* root = nullptr;
  if (redisReaderGetReply(reader_.get(), &root) != REDIS_OK) {
    return Status(Code::kError, std::string("the reply is not of the Redis protocol: ") + reader_->errstr);
  }
  if (root == nullptr) return std::optional<Reply>();
  const std::unique_ptr<Value> owned(static_cast<Value*>(root));
  pending_ = reader_->len - reader_->pos;
  Reply reply;
  if (owned->is_object()) {
    reply.error = StringAt(*owned, kErrorKey);
  } else {
    reply.value = std::move(*owned);
  }
  return std::optional<Reply>(std::move(reply));
}

std::string Encode(const std::vector<std::string>& arguments) {
  std::string bytes = "*" + std::to_string(arguments.size()) + "\r\n";
  for (const std::string& argument : arguments) {
    bytes += "$" + std::to_string(argument.size()) + "\r\n" + argument + "\r\n";
  }
  return bytes;
}

}  // namespace upkeep::redis
