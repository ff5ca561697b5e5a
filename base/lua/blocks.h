// SPDX-License-Identifier: Apache-2.0
//
// Memory for one Lua state, and its bar. Most of what Lua asks for is under a hundred bytes, lives as
// long as the state, and is given back with its size: out of pages of its own that costs neither a
// header nor a lock each. A page that one block is left in is held whole, so what counts is what is
// held, not what was asked for; pages that hold nothing go back when they are asked for.
//
// THREADS: as its Sandbox. Private to base/lua.

#ifndef UPKEEP_BASE_LUA_BLOCKS_H_
#define UPKEEP_BASE_LUA_BLOCKS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace upkeep::lua {

class Blocks {
 public:
  /// Holds `most_bytes` at most, and a fifth more while one block's bytes move into another.
  explicit Blocks(std::size_t most_bytes) : most_(most_bytes) {}
  Blocks(const Blocks&) = delete;
  Blocks& operator=(const Blocks&) = delete;

  /// A block of `new_size` bytes, not 0, that begins with what `block` (of `old_size`; null: of none)
  /// held. Null when more would be held than may be, or there is no memory for a larger one; then
  /// `block` stays. One that becomes smaller is never refused. Aligned for every type of Lua's.
  void* Resize(void* block, std::size_t old_size, std::size_t new_size);
  /// Every block goes back with the size that it has.
  void Free(void* block, std::size_t size);

  /// Frees pages that hold nothing; true when there were any. Looks at every free block, so it does
  /// nothing until a good part of what is held was freed since it last looked.
  bool FreePages();

  /// Bytes of whole pages and of blocks too large for them.
  std::size_t held() const { return held_; }
  /// More than the largest block has, but not twice as much; 0 while none has 4,096 bytes.
  std::size_t largest() const;

 private:
  static constexpr std::size_t kUnit = 8, kLargestSmall = 256;
  static constexpr std::size_t kPageHeld = 2048, kPage = kPageHeld - 16;   // 16: malloc's own.
  static constexpr std::size_t kPageUnits = kPage / kUnit;
  static constexpr std::size_t kFirstCounted = 12;   ///< Blocks of 2^12 bytes and more are counted by size.

  struct FreeBlock {
    FreeBlock* next;
  };
  using Page = std::unique_ptr<std::byte[]>;
  static std::size_t UnitsOf(std::size_t size) { return (size + kUnit - 1) / kUnit; }
  bool HasRoom(std::size_t bytes) const { return held_ <= most_ && bytes <= most_ - held_; }
  void* ResizeLarge(void* block, std::size_t old_size, std::size_t new_size);
  void* TakeSmall(std::size_t units, bool over_the_bar);
  void PutSmall(void* block, std::size_t units);
  std::uint32_t* CountOf(std::size_t size);
  void Hold(std::size_t size);
  void LetGo(std::size_t size);

  const std::size_t most_;
  std::size_t held_ = 0;
  std::array<FreeBlock*, kLargestSmall / kUnit + 1> free_{};   ///< By size in units.
  std::vector<Page> pages_;      ///< The one that is being cut is the last.
  std::byte* next_ = nullptr;    ///< Where it is cut.
  std::size_t left_ = 0;         ///< Units, from next_.
  std::size_t taken_ = 0;        ///< Units of small blocks in use.
  std::size_t put_ = 0;          ///< Units that became free since FreePages looked.
  /// [i]: how many have from 2^(kFirstCounted + i) bytes to less than twice that.
  std::array<std::uint32_t, 24> large_{};
};

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_BLOCKS_H_
