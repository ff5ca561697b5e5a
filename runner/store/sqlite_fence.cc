// SPDX-License-Identifier: Apache-2.0
// Who leads: the fence that only grows.
#include <utility>

#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

Fence ReadHighest(Database& database) {
  Fence fence;
  Query query(database,
              "SELECT number, holder, source, raised FROM fences ORDER BY number DESC LIMIT 1");
  if (query.Next()) fence = {query.Int(0), query.Text(1), query.Text(2), query.Time(3)};
  return fence;
}

}  // namespace

Status SqliteStore::CheckFence() {
  const Fence highest = ReadHighest(*database_);
  UPKEEP_RETURN_IF_ERROR(database_->TakeStatus());
  if (highest.number <= fence_) return Status();
  return Status(Code::kDenied, "this process no longer leads the store: it holds fence " +
                                   std::to_string(fence_) + ", and " + highest.holder +
                                   " has raised it to " + std::to_string(highest.number))
      .WithHint("it was stopped or cut off for too long; nothing that it writes now is stored");
}

Result<Fence> SqliteStore::HighestFence() { return Checked(ReadHighest(*database_)); }

Result<std::int64_t> SqliteStore::RaiseFence(const Fence& fence) {
  if (fence.holder.empty()) return Status(Code::kInvalid, "a fence must name its holder");
  Transaction transaction(*this);
  transaction.AllowLowerFence();
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  const Fence highest = ReadHighest(*database_);
  const std::int64_t number = fence.number > 0 ? fence.number : highest.number + 1;
  const bool ours = number == highest.number && database_->Redacted(fence.holder) == highest.holder;
  if (number <= highest.number && !ours) {
    return Status(Code::kDenied, "fence " + std::to_string(number) + " can't be raised: " +
                                     highest.holder + " holds " + std::to_string(highest.number));
  }
  if (!ours) {
    database_->Run("INSERT INTO fences (number, holder, source, raised) VALUES (?, ?, ?, ?)", number,
                   fence.holder, fence.source, transaction.at());
    transaction.Append("fence.raised", {{"number", number},
                                        {"holder", fence.holder},
                                        {"source", fence.source}});
  }
  UPKEEP_RETURN_IF_ERROR(transaction.Commit());
  fence_ = number;
  return number;
}

}  // namespace upkeep::store
