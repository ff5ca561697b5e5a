// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/bracket_scanner.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace upkeep::kubernetes {
namespace {

constexpr std::size_t kBlock = 64;

/// One bit for each byte of a block, the first byte lowest.
struct Masks {
  std::uint64_t quotes = 0, backslashes = 0, opening = 0, closing = 0;
};

#ifdef __SSE2__
std::uint64_t Bits(__m128i equal, unsigned at) {
  return static_cast<std::uint64_t>(static_cast<std::uint16_t>(_mm_movemask_epi8(equal))) << at;
}

Masks MasksOf(const char* block) {
  Masks masks;
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
  // '[' and '{' differ in one bit, and so do ']' and '}'; nothing else falls on them.
  const __m128i bit = _mm_set1_epi8(0x20), open = _mm_set1_epi8('{'), close = _mm_set1_epi8('}');
  for (unsigned at = 0; at < kBlock; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + at));
    const __m128i folded = _mm_or_si128(bytes, bit);
    masks.quotes |= Bits(_mm_cmpeq_epi8(bytes, quote), at);
    masks.backslashes |= Bits(_mm_cmpeq_epi8(bytes, backslash), at);
    masks.opening |= Bits(_mm_cmpeq_epi8(folded, open), at);
    masks.closing |= Bits(_mm_cmpeq_epi8(folded, close), at);
  }
  return masks;
}
#else
Masks MasksOf(const char* block) {
  Masks masks;
  for (unsigned at = 0; at < kBlock; ++at) {
    const std::uint64_t bit = std::uint64_t{1} << at;
    const char byte = block[at];
    if (byte == '"') masks.quotes |= bit;
    if (byte == '\\') masks.backslashes |= bit;
    if (byte == '{' || byte == '[') masks.opening |= bit;
    if (byte == '}' || byte == ']') masks.closing |= bit;
  }
  return masks;
}
#endif

// Bit i of the answer is the parity of bits 0 to i: set between an opening quote and its close.
std::uint64_t PrefixParity(std::uint64_t bits) {
  for (unsigned shift = 1; shift < kBlock; shift *= 2) bits ^= bits << shift;
  return bits;
}

// The bytes that a backslash before them takes the meaning from. In a run of backslashes every
// second one is such a byte; a subtraction carries through each run and tells where it ends.
std::uint64_t Escaped(std::uint64_t backslashes, bool& carried) {
  constexpr std::uint64_t kOdd = 0xAAAAAAAAAAAAAAAAULL;
  const std::uint64_t first = carried ? 1 : 0;
  const std::uint64_t may_escape = backslashes & ~first;
  const std::uint64_t ends = (((may_escape << 1U) | kOdd) - may_escape) ^ kOdd;
  carried = (ends & backslashes) >> (kBlock - 1) != 0;
  return ends ^ (backslashes | first);
}

}  // namespace

std::size_t BracketScanner::ScanSlowly(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char byte = bytes[i];
    if (escaped_) {
      escaped_ = false;
    } else if (in_string_) {
      escaped_ = byte == '\\';
      in_string_ = byte != '"';
    } else if (byte == '"') {
      in_string_ = true;
    } else if (byte == '{' || byte == '[') {
      ++depth_;
    } else if (byte == '}' || byte == ']') {
      if (--depth_ == 0) return i + 1;
    }
  }
  return bytes.size();
}

std::size_t BracketScanner::Scan(std::string_view bytes) {
  std::size_t at = 0;
  while (bytes.size() - at >= kBlock) {
    Masks masks = MasksOf(bytes.data() + at);
    if (escaped_ || masks.backslashes != 0) {
      masks.quotes &= ~Escaped(masks.backslashes, escaped_);
    }
    const std::uint64_t inside =
        PrefixParity(masks.quotes) ^ (in_string_ ? ~std::uint64_t{0} : std::uint64_t{0});
    masks.opening &= ~inside;
    masks.closing &= ~inside;
    const int closed = std::popcount(masks.closing);
    if (depth_ <= closed) {
      // It may end in this block: bracket by bracket.
      for (std::uint64_t left = masks.opening | masks.closing; left != 0; left &= left - 1) {
        const std::uint64_t lowest = left & (~left + 1);
        depth_ += (masks.opening & lowest) != 0 ? 1 : -1;
        if (depth_ != 0) continue;
        in_string_ = escaped_ = false;
        return at + static_cast<std::size_t>(std::countr_zero(lowest)) + 1;
      }
    } else {
      depth_ += std::popcount(masks.opening) - closed;
    }
    in_string_ = (inside >> (kBlock - 1)) != 0;
    at += kBlock;
  }
  return at + ScanSlowly(bytes.substr(at));
}

}  // namespace upkeep::kubernetes
