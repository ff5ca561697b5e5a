// SPDX-License-Identifier: Apache-2.0
#include "base/lua/blocks.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <utility>

namespace upkeep::lua {
namespace {

// A sanitizer sees what is done to a block only where each is malloc's.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kFromPages = false;
#elif defined(__has_feature)   // clang's way of saying it.
constexpr bool kFromPages = !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
constexpr bool kFromPages = true;
#endif

// Looking for pages that hold nothing goes through every free block: worth it once a sixteenth of what is
// held was freed, or a state at its bar would do little else.
constexpr std::size_t kWorthALook = 16;

}  // namespace

std::uint32_t* Blocks::CountOf(std::size_t size) {
  const auto width = static_cast<std::size_t>(std::bit_width(size));
  return width <= kFirstCounted ? nullptr : &large_[std::min(width - kFirstCounted, large_.size()) - 1];
}

void Blocks::Hold(std::size_t size) {
  held_ += size;
  if (std::uint32_t* const count = CountOf(size)) ++*count;
}

void Blocks::LetGo(std::size_t size) {
  held_ -= size;
  if (std::uint32_t* const count = CountOf(size)) --*count;
}

std::size_t Blocks::largest() const {
  for (std::size_t i = large_.size(); i > 0; --i) {
    if (large_[i - 1] > 0) return std::size_t{1} << (kFirstCounted + i);
  }
  return 0;
}

void* Blocks::TakeSmall(std::size_t units, bool over_the_bar) {
  if (FreeBlock* const found = free_[units]) {
    free_[units] = found->next;
    taken_ += units;
    return found;
  }
  if (left_ < units) {
    if (!over_the_bar && !HasRoom(kPageHeld)) return nullptr;
    Page page(new (std::nothrow) std::byte[kPage]);
    if (page == nullptr) return nullptr;
    try {
      pages_.push_back(std::move(page));
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
    held_ += kPageHeld;
    // What was left of the page before is a block of its own.
    if (left_ > 0) PutSmall(next_, left_);
    next_ = pages_.back().get();
    left_ = kPageUnits;
  }
  void* const taken = next_;
  next_ += units * kUnit;
  left_ -= units;
  taken_ += units;
  return taken;
}

void Blocks::PutSmall(void* block, std::size_t units) {
  auto* const freed = static_cast<FreeBlock*>(block);
  freed->next = free_[units];
  free_[units] = freed;
  put_ += units;
}

void* Blocks::ResizeLarge(void* block, std::size_t old_size, std::size_t new_size) {
  // Both are there while one moves into the other.
  if (new_size > old_size && (!HasRoom(new_size - old_size) || held_ + new_size > most_ + most_ / 5)) return nullptr;
  void* const moved = std::realloc(block, new_size);
  if (moved == nullptr && new_size > old_size) return nullptr;
  if (block != nullptr) LetGo(old_size);
  Hold(new_size);
  return moved != nullptr ? moved : block;
}

void* Blocks::Resize(void* block, std::size_t old_size, std::size_t new_size) {
  if (block == nullptr) old_size = 0;
  const bool was_small = kFromPages && block != nullptr && old_size <= kLargestSmall;
  const bool is_small = kFromPages && new_size <= kLargestSmall;
  if (!was_small && !is_small) return ResizeLarge(block, old_size, new_size);
  if (was_small && is_small && UnitsOf(old_size) == UnitsOf(new_size)) return block;
  // One that leaves malloc takes a page even at the bar: it gives back more than it takes.
  void* const taken = is_small ? TakeSmall(UnitsOf(new_size), block != nullptr && !was_small)
                               : ResizeLarge(nullptr, 0, new_size);
  if (taken == nullptr) {
    if (block == nullptr || new_size > old_size) return nullptr;
    // Lua counts on it that a block can always become smaller: then the old one serves, and what it has
    // more is lost until the state ends; one that was malloc's is not given back to it.
    taken_ = taken_ - (was_small ? UnitsOf(old_size) : 0) + UnitsOf(new_size);
    return block;
  }
  if (block == nullptr) return taken;
  std::memcpy(taken, block, std::min(old_size, new_size));
  Free(block, old_size);
  return taken;
}

void Blocks::Free(void* block, std::size_t size) {
  if (block == nullptr) return;
  if (!kFromPages || size > kLargestSmall) {
    std::free(block);
    LetGo(size);
    return;
  }
  PutSmall(block, UnitsOf(size));
  taken_ -= UnitsOf(size);
  if (taken_ > 0) return;
  free_.fill(nullptr);
  left_ = 0;
  held_ -= pages_.size() * kPageHeld;
  pages_.clear();
}

bool Blocks::FreePages() {
  const std::size_t free_units = pages_.size() * kPageUnits - taken_ - left_;
  if (free_units < kPageUnits || put_ * kUnit < held_ / kWorthALook) return false;
  put_ = 0;
  // The page that is being cut stays.
  const std::size_t count = pages_.size() - (left_ > 0 ? 1 : 0);
  const auto end = pages_.begin() + static_cast<std::ptrdiff_t>(count);
  std::sort(pages_.begin(), end);
  std::vector<std::size_t> free_of;
  try {
    free_of.resize(count);
  } catch (const std::bad_alloc&) {
    return false;
  }
  const auto page_of = [&](FreeBlock* block) -> std::size_t* {
    auto* const at = reinterpret_cast<std::byte*>(block);
    const auto after = std::upper_bound(pages_.begin(), end, at, [](const std::byte* one, const Page& page) {
      return std::less<>()(one, page.get());
    });
    if (after == pages_.begin()) return nullptr;
    const auto page = after - 1;
    return std::less<>()(at, page->get() + kPage) ? &free_of[static_cast<std::size_t>(page - pages_.begin())] : nullptr;
  };
  for (std::size_t units = 1; units < free_.size(); ++units) {
    for (FreeBlock* block = free_[units]; block != nullptr; block = block->next) {
      if (std::size_t* const free = page_of(block)) *free += units;
    }
  }
  if (std::find(free_of.begin(), free_of.end(), kPageUnits) == free_of.end()) return false;
  for (FreeBlock*& first : free_) {
    for (FreeBlock** at = &first; *at != nullptr;) {
      const std::size_t* const free = page_of(*at);
      if (free != nullptr && *free == kPageUnits) {
        *at = (*at)->next;
      } else {
        at = &(*at)->next;
      }
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (free_of[i] != kPageUnits) continue;
    pages_[i].reset();
    held_ -= kPageHeld;
  }
  std::erase(pages_, nullptr);
  return true;
}

}  // namespace upkeep::lua
