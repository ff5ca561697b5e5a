// SPDX-License-Identifier: Apache-2.0
//
// What the LuaCATS declarations say exists, exists in a sandbox, and the other way round; and the
// tables of docs/playbook-format.md name the same functions. So none of the three can drift.
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "base/lua/sandbox.h"
#include "runner/authoring/need_patterns.h"
#include "runner/run/modules.h"
#include "tests/runner/run/pack.h"
#include "tests/source_folder.h"

namespace upkeep::authoring {
namespace {

using Names = std::set<std::string>;

std::string TextOf(const std::string& path) {
  std::ifstream in(SourceFolder() + "/" + path);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_FALSE(text.str().empty()) << path;
  return text.str();
}

/// The first group of every match.
Names Matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  Names names;
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) {
    names.insert((*at)[1].str());
  }
  return names;
}

/// The functions that a declaration declares: "upkeep" and "." or "Run" and ":".
Names Declared(const std::string& path, const std::string& table, const std::string& separator) {
  return Matches(TextOf(path), "(?:^|\\n)function " + table + separator + "(\\w+)\\(");
}

/// Names that the playbook's code finds with pairs().
class NoHost : public lua::Host {
 public:
  std::vector<std::string> Functions(std::string_view) const override { return {}; }
  Task<Result<lua::Answer>> Call(std::string, std::string, Value, Limits) override {
    co_return Status(Code::kError, "nothing is there");
  }
};

Names Registered(const std::string& expression) {
  const SystemClock clock;
  NoHost host;
  lua::SandboxOptions options;
  options.clock = &clock;
  options.host = &host;
  auto sandbox = *lua::Sandbox::Create(std::move(options));
  const Status loaded = sandbox->Load(
      "local upkeep = require 'upkeep'\nreturn { check = function(run)\nlocal names = {}\n"
      "for name, value in pairs(" + expression + ") do\n"
      "if type(value) == 'function' then names[#names + 1] = name end end\nreturn names end }",
      "names.lua");
  EXPECT_TRUE(loaded.ok()) << loaded.Describe();
  std::vector<Value> arguments;
  arguments.push_back(Value{{"$run", Value{{"target", Value::object()}}}});
  const auto reactor = *io::Reactor::Create();
  const Result<Value> names = reactor->RunUntilDone(sandbox->Call("check", std::move(arguments), Limits{}));
  EXPECT_TRUE(names.ok()) << names.status().Describe();
  return names.ok() ? Names(names->begin(), names->end()) : Names();
}

TEST(DeclarationsTest, EveryFunctionOfUpkeepIsDeclaredAndNoOther) {
  const Names declared = Declared("base/lua/meta/upkeep.lua", "upkeep", "\\.");
  EXPECT_GE(declared.size(), 11U);
  EXPECT_EQ(Registered("upkeep"), declared);
}

TEST(DeclarationsTest, EveryMethodOfRunIsDeclaredAndNoOther) {
  const Names declared = Declared("base/lua/meta/upkeep.lua", "Run", ":");
  EXPECT_GE(declared.size(), 8U);
  EXPECT_EQ(Registered("run"), declared);
}

TEST(DeclarationsTest, TheFormatsTablesNameTheSameFunctions) {
  const std::string format = TextOf("docs/playbook-format.md");
  EXPECT_EQ(Matches(format, "\\n\\| `run:(\\w+)[({]"), Declared("base/lua/meta/upkeep.lua", "Run", ":"));
  Names functions = Matches(format, "\\n\\| `upkeep\\.(\\w+)\\(");
  functions.insert("playbook");   // In the example at the top, not in the table.
  EXPECT_EQ(functions, Declared("base/lua/meta/upkeep.lua", "upkeep", "\\."));
}

/// What an editor is told to leave out is what a playbook does not have, so that it warns where a run would fail.
TEST(DeclarationsTest, EditorsLeaveOutTheLibrariesThatASandboxLacks) {
  Names lacking = {"coroutine", "debug", "io", "math", "os", "package", "string", "table", "utf8"};
  std::string getters;
  for (const std::string& name : lacking) getters += name + " = function() return " + name + " end, ";
  for (const std::string& name : Registered("(function() local had = {} for name, get in pairs { " + getters +
                                            "} do if pcall(get) then had[name] = get end end return had end)()")) {
    lacking.erase(name);
  }
  EXPECT_FALSE(lacking.contains("string"));
  EXPECT_EQ(lacking, Matches(TextOf("runner/authoring/editor/luarc.json"), "\"(\\w+)\": \"disable\""));
}

/// Modules are made as a run makes them, of a target that nobody connects to.
class ModuleDeclarationsTest : public run::PackTest {
 protected:
  checks::Target TargetOf(checks::TargetKind kind) {
    checks::Target target;
    target.kind = kind;
    target.name = "it";
    target.host = "127.0.0.1";
    target.url = "https://127.0.0.1/";
    if (kind == checks::TargetKind::kKubernetes) {
      target.kubeconfig = Write("kubeconfig",
          "apiVersion: v1\nkind: Config\ncurrent-context: a\n"
          "contexts: [{name: a, context: {cluster: a, user: a}}]\n"
          "clusters: [{name: a, cluster: {server: 'http://127.0.0.1:1'}}]\n"
          "users: [{name: a, user: {}}]\n");
    }
    return target;
  }
};

TEST_F(ModuleDeclarationsTest, EveryFunctionOfEveryModuleIsDeclaredAndNoOther) {
  const auto reactor = *io::Reactor::Create();
  const SystemClock clock;
  Redactor redactor;
  checks::Inventory inventory;
  for (int kind = 0; kind <= static_cast<int>(checks::TargetKind::kHost); ++kind) {
    inventory.targets.push_back(TargetOf(static_cast<checks::TargetKind>(kind)));
  }
  const run::ModuleFactory factory(*reactor, clock, redactor, inventory);
  Names compared;
  for (const checks::Target& target : inventory.targets) {
    const auto modules = reactor->RunUntilDone(factory.maker()(target, Limits()));
    ASSERT_TRUE(modules.ok()) << modules.status().Describe();
    for (const auto& module : *modules) {
      // And which need each uses: validate judges calls by that.
      for (const std::string& function : module->Functions()) {
        EXPECT_TRUE(NeedPatterns().contains(std::string(module->name()) + "." + function)) << function;
      }
      const std::string name(module->name());
      const auto functions = module->Functions();
      EXPECT_EQ(Names(functions.begin(), functions.end()),
                Declared("checks/" + name + "/" + name + ".lua", name, "\\.")) << name;
      compared.insert(name);
    }
  }
  // And no declaration is of a module that no target has.
  Names shipped;
  for (const auto& file : std::filesystem::recursive_directory_iterator(SourceFolder() + "/checks")) {
    if (file.path().extension() == ".lua") shipped.insert(file.path().stem().string());
  }
  EXPECT_EQ(shipped, compared);
}

}  // namespace
}  // namespace upkeep::authoring
