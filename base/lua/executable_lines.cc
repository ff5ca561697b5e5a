// SPDX-License-Identifier: Apache-2.0
//
// Lua tells the lines of a function only to who holds it as a value, and functions inside functions
// are none before they run. The dump of a compiled file has all of them, in a format that has not
// changed within Lua 5.4 (ldump.c).
#include "base/lua/executable_lines.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <lua.hpp>
#include <memory>

#include "base/lua/dump.h"
#include "base/lua/instructions.h"

namespace upkeep::lua {
namespace {

constexpr std::uint8_t kVersion = 0x54, kFormat = 0;
constexpr std::uint8_t kFloat = 0x13, kInteger = 0x03, kShortText = 0x04, kLongText = 0x14;
constexpr std::int8_t kAbsolute = -128;  // lineinfo: the line stands in abslineinfo.

/// Reads a dump from front to back. After a fault every read gives 0, and ok() says so.
class DumpReader {
 public:
  explicit DumpReader(const std::string& dump) : dump_(dump) {}

  bool ok() const { return ok_; }

  bool Header() {
    Skip(4);
    const bool known = Byte() == kVersion && Byte() == kFormat;
    Skip(6);
    Skip(3);
    Skip(sizeof(lua_Integer) + sizeof(lua_Number));
    Byte();  // Upvalues of the file's function.
    return known && ok_;
  }

  void Function(std::vector<FunctionLines>& functions) {
    const std::size_t mine = functions.size();
    functions.emplace_back();
    Text();
    functions[mine].first = static_cast<int>(Size());
    functions[mine].last = static_cast<int>(Size());
    Byte();
    const bool variadic = Byte() != 0;
    Byte();
    const std::size_t instructions = Size(), code = at_;
    Skip(instructions * sizeof(std::uint32_t));
    for (std::size_t n = Size(); ok_ && n > 0; --n) Constant();
    Skip(Size() * 3);  // Upvalues.
    for (std::size_t n = Size(); ok_ && n > 0; --n) Function(functions);
    const std::vector<int> lines = Lines(functions[mine], variadic);
    if (ok_ && lines.size() == instructions) {
      std::vector<std::uint32_t> words(instructions);
      std::memcpy(words.data(), dump_.data() + code, instructions * sizeof(std::uint32_t));
      functions[mine].branches = BranchesOf(words, lines);
    }
    for (std::size_t n = Size(); ok_ && n > 0; --n) {  // Locals.
      Text();
      Size();
      Size();
    }
    for (std::size_t n = Size(); ok_ && n > 0; --n) Text();  // Names of upvalues.
  }

 private:
  std::uint8_t Byte() {
    if (at_ >= dump_.size()) {
      ok_ = false;
      return 0;
    }
    return static_cast<std::uint8_t>(dump_[at_++]);
  }

  void Skip(std::size_t bytes) {
    if (bytes > dump_.size() - at_) {
      ok_ = false;
      bytes = dump_.size() - at_;
    }
    at_ += bytes;
  }

  /// Seven bits a byte, the highest first; the last byte has its high bit set.
  std::size_t Size() {
    std::size_t size = 0;
    for (int i = 0; ok_ && i < 10; ++i) {
      const std::uint8_t byte = Byte();
      size = (size << 7U) | (byte & 0x7FU);
      if ((byte & 0x80U) != 0) return size;
    }
    ok_ = false;
    return 0;
  }

  void Text() {
    const std::size_t size = Size();
    if (size > 0) Skip(size - 1);
  }

  void Constant() {
    switch (Byte()) {
      case kFloat: Skip(sizeof(lua_Number)); break;
      case kInteger: Skip(sizeof(lua_Integer)); break;
      case kShortText:
      case kLongText: Text(); break;
      default: break;  // nil, true and false are their tag alone.
    }
  }

  /// The line of each instruction.
  std::vector<int> Lines(FunctionLines& function, bool variadic) {
    std::vector<int> lines;
    const std::size_t count = Size();
    const std::size_t steps = at_;
    Skip(count);
    std::vector<int> absolute;
    for (std::size_t n = Size(); ok_ && n > 0; --n) {
      Size();
      absolute.push_back(static_cast<int>(Size()));
    }
    int line = function.first;
    std::size_t next_absolute = 0;
    for (std::size_t i = 0; ok_ && i < count; ++i) {
      const auto step = static_cast<std::int8_t>(dump_[steps + i]);
      if (step != kAbsolute) {
        line += step;
      } else if (next_absolute < absolute.size()) {
        line = absolute[next_absolute++];
      }
      // The first instruction of a variadic function only takes its arguments: no hook tells it.
      if (i > 0 || !variadic) function.lines.insert(line);
      lines.push_back(line);
    }
    // "end" returns, too; nobody would call that a line to test.
    if (function.lines.size() > 1) function.lines.erase(function.last);
    return lines;
  }

  const std::string& dump_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace

Result<std::vector<FunctionLines>> ExecutableLines(const std::string& source) {
  const std::unique_ptr<lua_State, void (*)(lua_State*)> compiler(luaL_newstate(), &lua_close);
  if (compiler == nullptr) return Status(Code::kBudget, "out of memory");
  if (luaL_loadbufferx(compiler.get(), source.data(), source.size(), "=", "t") != LUA_OK) {
    const char* const why = lua_tostring(compiler.get(), -1);
    return Status(Code::kInvalid, why == nullptr ? "" : why);
  }
  const std::string dump = DumpOf(compiler.get(), Names::kKept);
  std::vector<FunctionLines> functions;
  DumpReader reader(dump);
  if (reader.Header()) reader.Function(functions);
  if (!reader.ok() || functions.empty()) {
    return Status(Code::kInternal, "this Lua compiles to a form that is not known here");
  }
  return functions;
}

}  // namespace upkeep::lua
