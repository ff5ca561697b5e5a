// SPDX-License-Identifier: Apache-2.0
#include "base/lua/prompt.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/lua/completion.h"
#include "base/lua/core_functions.h"
#include "base/lua/errors.h"
#include "base/lua/fiber.h"
#include "base/lua/library.h"
#include "base/lua/load.h"
#include "base/lua/run_scope.h"
#include "base/lua/shown_reader.h"
#include "base/lua/state.h"
#include "base/lua/values.h"

namespace upkeep::lua {
namespace {

constexpr std::string_view kEndOfFile = "<eof>";

struct Opening {
  const std::string modules;  ///< With a blank between them.
  const Value spec;           ///< {target, params}
  bool has_playbook;
  int variables = LUA_NOREF, begin = LUA_NOREF;
};

/// Runs library/prompt.lua and keeps what it returns.
int OpenPrompt(lua_State* L) {
  Opening& opening = *static_cast<Opening*>(lua_touserdata(L, 1));
  lua_settop(L, 0);
  if (luaL_loadbufferx(L, kLibrary_prompt, std::strlen(kLibrary_prompt), "=[upkeep] prompt", "t") != LUA_OK) {
    return lua_error(L);
  }
  PushCore(L);
  lua_pushlstring(L, opening.modules.data(), opening.modules.size());
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::kNewRun);
  if (opening.has_playbook) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, State::From(L).playbook);
  } else {
    lua_pushboolean(L, 0);
  }
  PushValue(L, opening.spec);
  lua_call(L, 5, 2);
  opening.begin = luaL_ref(L, LUA_REGISTRYINDEX);
  opening.variables = luaL_ref(L, LUA_REGISTRYINDEX);
  return 0;
}

// Upvalue: the variables. Called at a chunk's end from the chunk itself, whose locals are then those
// that are local to all of it.
int KeepLocals(lua_State* L) {
  lua_Debug caller{};
  if (lua_getstack(L, 1, &caller) == 0) return 0;
  luaL_checkstack(L, LUA_MINSTACK, nullptr);
  for (int i = 1;; ++i) {
    const char* const name = lua_getlocal(L, &caller, i);
    if (name == nullptr) return 0;
    if (name[0] == '(') {  // A temporary.
      lua_pop(L, 1);
      continue;
    }
    lua_pushstring(L, name);
    lua_insert(L, -2);
    lua_rawset(L, lua_upvalueindex(1));
  }
}

/// A chunk in the forms in which it may be compiled, in this order.
struct Line {
  std::string chunk_name;           ///< With Lua's "@" in front.
  std::string expression;           ///< return CHUNK
  std::string plain;                ///< CHUNK
  std::string keeping;              ///< CHUNK, and then its locals are kept.
  int first = 1, last = 1;          ///< Numbers of its lines.
  int variables = LUA_NOREF;
  int begin = LUA_NOREF;
  Fiber* fiber = nullptr;           ///< Null: only compiled.
  int arguments = 0;                ///< On the fiber's stack, above the function.
};

bool Compiles(lua_State* L, const std::string& source, const std::string& name) {
  return luaL_loadbufferx(L, source.data(), source.size(), name.c_str(), "t") == LUA_OK;
}

bool IsEndOfFile(lua_State* L) {
  std::size_t size = 0;
  const char* const text = lua_tolstring(L, -1, &size);
  return text != nullptr && std::string_view(text, size).ends_with(kEndOfFile);
}

/// Leaves the function on the fiber's stack, with its variables as globals; raises what is wrong.
int CompileLine(lua_State* L) {
  Line& line = *static_cast<Line*>(lua_touserdata(L, 1));
  lua_settop(L, 0);
  bool keeps = false;
  if (!Compiles(L, line.expression, line.chunk_name)) {
    // "1 +" is the beginning of an expression, and no beginning of a statement.
    if (Compiles(L, line.plain, line.chunk_name)) {
      lua_replace(L, 1);
    } else {
      const bool goes_on = IsEndOfFile(L);
      lua_insert(L, 1);
      if (goes_on || !IsEndOfFile(L)) lua_settop(L, 1);
      return lua_error(L);
    }
    // After a return nothing may stand; such a chunk has locals for nobody.
    keeps = Compiles(L, line.keeping, line.chunk_name);
    lua_settop(L, keeps ? -1 : 1);
  }
  if (line.fiber == nullptr) return 0;
  lua_rawgeti(L, LUA_REGISTRYINDEX, line.variables);
  lua_pushvalue(L, -1);
  lua_setupvalue(L, -3, 1);
  if (keeps) {
    lua_pushcclosure(L, &KeepLocals, 1);
  } else {
    lua_pop(L, 1);
  }
  line.arguments = keeps ? 1 : 0;
  lua_xmove(L, line.fiber->thread, 1 + line.arguments);
  lua_rawgeti(L, LUA_REGISTRYINDEX, line.begin);
  lua_call(L, 0, 0);
  return 0;
}

int Collect(lua_State* L) {
  lua_gc(L, LUA_GCCOLLECT);
  return 0;
}

Status SpentCpu(const Budget& budget) {
  char text[128];
  std::snprintf(text, sizeof text, "this line spent its processor budget of %g s",
                std::chrono::duration<double>(budget.cpu).count());
  return Status(Code::kBudget, text).WithHint("the next line has one of its own");
}

Status SpentMemory(const Budget& budget) {
  char text[128];
  std::snprintf(text, sizeof text, "the memory budget of %zu MiB is spent", budget.memory_bytes >> 20U);
  return Status(Code::kBudget, text).WithHint("let go of what is no longer needed: NAME = nil, or .reload");
}

}  // namespace

struct Prompt::Impl {
  std::unique_ptr<State> state;
  std::string name, source;
  int variables = LUA_NOREF, begin = LUA_NOREF;
  bool busy = false;
  ReadPaths read;

  Line LineOfChunk(std::string_view chunk, int first) const;
  Status Failed(Status status, const Line& line) const;
  Task<PromptAnswer> Run(Line line, Limits limits);
};

Line Prompt::Impl::LineOfChunk(std::string_view chunk, int first) const {
  Line line;
  line.chunk_name = "@" + name;
  // So that Lua itself counts the lines before this one.
  const std::string before(static_cast<std::size_t>(first > 1 ? first - 1 : 0), '\n');
  // A line's end ends a short string, too.
  line.expression = before + "return " + std::string(chunk) + "\n";
  line.plain = before + std::string(chunk) + "\n";
  line.keeping = line.plain + ";(...)()";
  line.first = std::max(first, 1);
  line.last = line.first + static_cast<int>(std::count(chunk.begin(), chunk.end(), '\n'));
  line.variables = variables;
  line.begin = begin;
  return line;
}

/// With its place, and the text of its line where more than one was typed.
Status Prompt::Impl::Failed(Status status, const Line& line) const {
  if (status.code() == Code::kBudget) return SpentMemory(state->options().budget);
  std::string message = status.message();
  SourcePlace place = TakePlace(message, name, line.plain);
  if (status.place()) place = *status.place();
  if (place.line == 0) {
    // A message is raised with its place; an error of the host has none where the call was the
    // chunk's last, which leaves no frame of it.
    if (status.code() == Code::kError) return status;
    place = {name, line.first, 0, ""};
  }
  // What is missing at the end is missing in the last line.
  if (place.file == name) place.line = std::min(place.line, line.last);
  place.text.clear();
  const bool of_this = place.file == name && place.line >= line.first;
  if (of_this && line.last > 1) place.text = LineOf(line.plain, place.line);
  return Status(status.code(), std::move(message)).WithHint(status.hint()).At(std::move(place));
}

Task<PromptAnswer> Prompt::Impl::Run(Line line, Limits limits) {
  PromptAnswer answer;
  OwnedFiber fiber(*state);
  Status ready = state->NewThread(*fiber);
  line.fiber = &*fiber;
  if (ready.ok()) {
    ready = state->Protect(&CompileLine, &line);
    if (ready.code() == Code::kError) ready = Status(Code::kInvalid, ready.message());
  }
  if (!ready.ok()) {
    answer.status = Failed(std::move(ready), line);
    co_return answer;
  }
  Task<FiberEnd> run = RunFiber(*state, *fiber, line.arguments, std::move(limits));
  const FiberEnd end = co_await std::move(run);
  if (!end.fault.ok()) state->Stop(end.fault);
  if (state->stopped()) {
    answer.status = *state->stopped();
    const bool cpu = state->meter().overrun() == Meter::Overrun::kCpu;
    if (answer.status.code() == Code::kBudget) {
      answer.status = cpu ? SpentCpu(state->options().budget) : SpentMemory(state->options().budget);
    }
  } else if (end.how == FiberEnd::How::kRaised) {
    answer.status = Failed(StatusOfRaised(*state, fiber->thread), line);
  } else if (lua_checkstack(fiber->thread, LUA_MINSTACK) != 0) {
    ShownReader reader(*state, fiber->thread);
    const int top = lua_gettop(fiber->thread);
    for (int i = top - fiber->results + 1; i <= top; ++i) answer.values.push_back(reader.Read(i));
  }
  co_return answer;
}

Prompt::Prompt(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Prompt::~Prompt() = default;

Result<std::unique_ptr<Prompt>> Prompt::Create(PromptOptions options) {
  constexpr bool kKeepsDocuments = true;
  auto state = State::Create(std::move(options.sandbox), kKeepsDocuments);
  if (!state.ok()) return state.status();
  auto impl = std::make_unique<Impl>();
  impl->state = std::move(*state);
  impl->name = std::move(options.name);
  impl->source = std::move(options.source);
  impl->state->file = impl->name;
  const bool has_playbook = !options.file.empty();
  if (has_playbook) {
    impl->state->file = std::move(options.file);
    UPKEEP_RETURN_IF_ERROR(LoadPlaybook(*impl->state, impl->source));
  }
  std::string modules;
  for (const std::string& module : options.modules) modules += module + " ";
  Opening opening{std::move(modules),
                  Value{{"target", std::move(options.target)}, {"params", std::move(options.params)}},
                  has_playbook};
  UPKEEP_RETURN_IF_ERROR(impl->state->Protect(&OpenPrompt, &opening));
  impl->variables = opening.variables;
  impl->begin = opening.begin;
  return std::unique_ptr<Prompt>(new Prompt(std::move(impl)));
}

bool Prompt::IsUnfinished(std::string_view chunk) {
  Line line = impl_->LineOfChunk(chunk, 1);
  const Status status = impl_->state->Protect(&CompileLine, &line);
  return status.code() == Code::kError && status.message().ends_with(kEndOfFile);
}

Task<PromptAnswer> Prompt::Run(std::string chunk, int line, Limits limits) {
  State& state = *impl_->state;
  if (impl_->busy || state.closed()) {
    PromptAnswer refused;
    refused.status = Status(Code::kInternal, impl_->busy ? "a prompt runs one chunk at a time" : "the prompt is closed");
    co_return refused;
  }
  state.Renew();
  RunScope scope(state, impl_->busy, limits.cancel, RunScope::After::kStateStays);
  state.meter().set_deadline(limits.deadline);
  Task<PromptAnswer> run = impl_->Run(impl_->LineOfChunk(chunk, line), std::move(limits));
  PromptAnswer answer = co_await std::move(run);
  scope.set_ended();
  answer.records = state.TakeRecords();
  const Status collected = state.Protect(&Collect, nullptr);
  if (collected.ok()) state.documents().Sweep(impl_->read);
  state.meter().FreePages();
  co_return answer;
}

std::vector<std::string> Prompt::Complete(std::string_view word) {
  return CompleteName(*impl_->state, impl_->variables, word);
}

const std::map<std::string, std::set<std::string>>& Prompt::read() const { return impl_->read; }

std::size_t Prompt::memory_used() const { return impl_->state->meter().used(); }

}  // namespace upkeep::lua
