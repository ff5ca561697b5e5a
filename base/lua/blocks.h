// SPDX-License-Identifier: Apache-2.0
//
// Memory for one Lua state. Most of what Lua asks for is under a hundred bytes, lives as long as
// the state, and is given back with its size: out of pages of its own that costs neither a header
// nor a lock each, and what a state took is given back whole when it ends.
//
// THREADS: as its Sandbox. Private to base/lua.

#ifndef UPKEEP_BASE_LUA_BLOCKS_H_
#define UPKEEP_BASE_LUA_BLOCKS_H_

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace upkeep::lua {

class Blocks {
 public:
  Blocks() = default;
  Blocks(const Blocks&) = delete;
  Blocks& operator=(const Blocks&) = delete;

  /// A block of `new_size` bytes, not 0, that begins with what `block` (of `old_size`; null: of none)
  /// held. Null when there is no memory for a larger one; then `block` stays. Aligned for every type
  /// of Lua's.
  void* Resize(void* block, std::size_t old_size, std::size_t new_size);
  /// Every block goes back with the size that it has.
  void Free(void* block, std::size_t size);

 private:
  static constexpr std::size_t kUnit = 8, kLargestSmall = 256, kPage = 2048 - 16;   // 16: malloc's own.

  struct FreeBlock {
    FreeBlock* next;
  };
  static std::size_t UnitsOf(std::size_t size) { return (size + kUnit - 1) / kUnit; }
  void* TakeSmall(std::size_t units);

  std::array<FreeBlock*, kLargestSmall / kUnit + 1> free_{};   ///< By size in units.
  std::vector<std::unique_ptr<std::byte[]>> pages_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;   ///< Units, from next_.
};

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_BLOCKS_H_
