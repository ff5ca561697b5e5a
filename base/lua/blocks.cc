// SPDX-License-Identifier: Apache-2.0
#include "base/lua/blocks.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace upkeep::lua {
namespace {

// A sanitizer sees what is done to a block only where each is malloc's.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kFromPages = false;
#elif defined(__has_feature)   // clang's way of saying it.
constexpr bool kFromPages = !__has_feature(address_sanitizer);
#else
constexpr bool kFromPages = true;
#endif

}  // namespace

void* Blocks::TakeSmall(std::size_t units) {
  if (FreeBlock* const found = free_[units]) {
    free_[units] = found->next;
    return found;
  }
  if (left_ < units) {
    std::unique_ptr<std::byte[]> page(new (std::nothrow) std::byte[kPage]);
    if (page == nullptr) return nullptr;
    try {
      pages_.push_back(std::move(page));
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
    // What was left of the page before is a block of its own.
    if (left_ > 0) Free(next_, left_ * kUnit);
    next_ = pages_.back().get();
    left_ = kPage / kUnit;
  }
  void* const taken = next_;
  next_ += units * kUnit;
  left_ -= units;
  return taken;
}

void* Blocks::Resize(void* block, std::size_t old_size, std::size_t new_size) {
  const bool was_small = kFromPages && block != nullptr && old_size <= kLargestSmall;
  const bool is_small = kFromPages && new_size <= kLargestSmall;
  if (!was_small && !is_small) return std::realloc(block, new_size);
  if (was_small && is_small && UnitsOf(old_size) == UnitsOf(new_size)) return block;
  void* const taken = is_small ? TakeSmall(UnitsOf(new_size)) : std::malloc(new_size);
  // Lua counts on it that a block can always become smaller: then the old one serves, and one that was
  // malloc's is not given back to it.
  if (taken == nullptr) return block != nullptr && new_size <= old_size ? block : nullptr;
  if (block == nullptr) return taken;
  std::memcpy(taken, block, std::min(old_size, new_size));
  Free(block, old_size);
  return taken;
}

void Blocks::Free(void* block, std::size_t size) {
  if (block == nullptr) return;
  if (!kFromPages || size > kLargestSmall) {
    std::free(block);
    return;
  }
  auto* const freed = static_cast<FreeBlock*>(block);
  freed->next = free_[UnitsOf(size)];
  free_[UnitsOf(size)] = freed;
}

}  // namespace upkeep::lua
