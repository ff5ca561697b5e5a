// SPDX-License-Identifier: Apache-2.0
//
// upkeep console: Lua, line by line, against a live target, in the sandbox of a check.
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <random>
#include <utility>

#include "base/clock.h"
#include "base/io/reactor.h"
#include "base/version.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/console_session.h"
#include "runner/cli/interrupts.h"
#include "runner/cli/line_editor.h"
#include "runner/cli/parameters.h"
#include "runner/cli/playbook_lookup.h"
#include "runner/cli/settings.h"
#include "runner/cli/workplace.h"
#include "runner/run/modules.h"
#include "runner/run/session.h"

namespace upkeep::cli {
namespace {

/// The playbook that was named, or none.
Result<std::unique_ptr<run::Playbook>> Named(const Invocation& invocation) {
  if (invocation.positionals.empty()) return std::unique_ptr<run::Playbook>();
  std::vector<Status> errors;
  std::vector<run::Playbook> playbooks = NamedPlaybooks(invocation, errors);
  if (!errors.empty()) return errors.front();
  if (playbooks.size() != 1) {
    return Status(Code::kUsage, "a console is about one playbook, and '" + invocation.positionals.front() + "' is a folder")
        .WithHint("name a file or an id");
  }
  if (playbooks.front().isolate) {
    return Status(Code::kDenied, "the pack of " + playbooks.front().head.id +
                                     " runs in a process of its own, and a console has none")
        .WithHint("upkeep test replays its cases there");
  }
  return std::make_unique<run::Playbook>(std::move(playbooks.front()));
}

/// The target of --target, or the only one there is.
Result<const checks::Target*> Chosen(const Invocation& invocation, const checks::Inventory& inventory) {
  if (!invocation.Has("--target")) {
    if (inventory.targets.size() == 1) return &inventory.targets.front();
    return Status(Code::kUsage, "a console looks at one target, and the inventory has " +
                                    std::to_string(inventory.targets.size()))
        .WithHint("name it with --target");
  }
  const std::string name = invocation.Value("--target");
  if (const checks::Target* const target = inventory.Find(name)) return target;
  return inventory.NoTarget(name, Code::kUsage);
}

Status CheckFits(const run::Playbook& playbook, const checks::Target& target) {
  const std::string kind(checks::TargetKindName(target.kind));
  if (playbook.head.target == kind || playbook.head.target == "any") return Status::Ok();
  return Status(Code::kUsage, playbook.head.id + " looks at " + playbook.head.target + ", and the target " +
                                  target.name + " is " + kind)
      .WithHint("name another target with --target");
}

/// What earlier runs stored, for run:previous; where there is no store yet there is no past.
std::unique_ptr<store::Store> OpenPast(const Invocation& invocation) {
  std::error_code error;
  if (!std::filesystem::exists(StorePath(invocation), error)) return nullptr;
  constexpr bool kReadOnly = true;
  Result<std::unique_ptr<store::Store>> store = OpenStore(invocation, kReadOnly);
  if (store.ok()) return *std::move(store);
  *invocation.err << invocation.Say("run:previous finds nothing here") << ": " << invocation.Describe(store.status())
                  << "\n";
  return nullptr;
}

/// All that a console refers to.
struct Place {
  const Invocation& invocation;
  checks::Inventory inventory{};
  const checks::Target* target = nullptr;
  SystemClock clock{};
  Redactor redactor{};
  std::unique_ptr<store::Store> store{};
  std::unique_ptr<io::Reactor> reactor{};
  std::unique_ptr<run::ModuleFactory> modules{};
  std::unique_ptr<run::Playbook> playbook{};
  bool terminal = false;

  Status Prepare();
  /// Reads the playbook again, which the console before it must no longer need.
  Result<std::unique_ptr<authoring::Console>> Open(std::unique_ptr<run::Playbook> named);
};

Status Place::Prepare() {
  Result<checks::Inventory> loaded = LoadInventory(invocation);
  if (!loaded.ok()) return loaded.status();
  inventory = *std::move(loaded);
  const Result<const checks::Target*> chosen = Chosen(invocation, inventory);
  if (!chosen.ok()) return chosen.status();
  target = *chosen;
  UPKEEP_RETURN_IF_ERROR(run::CheckKubeconfig(*target, redactor));
  Result<std::unique_ptr<io::Reactor>> made = io::Reactor::Create();
  if (!made.ok()) return made.status();
  reactor = *std::move(made);
  modules = std::make_unique<run::ModuleFactory>(*reactor, clock, redactor, inventory);
  store = OpenPast(invocation);
  terminal = IsTerminal(STDIN_FILENO) && IsTerminal(STDOUT_FILENO) && !invocation.Has("--no-input");
  return Status::Ok();
}

Result<std::unique_ptr<authoring::Console>> Place::Open(std::unique_ptr<run::Playbook> named) {
  authoring::ConsoleOptions options;
  if (named != nullptr) {
    UPKEEP_RETURN_IF_ERROR(CheckFits(*named, *target));
    std::vector<run::Pair> pairs(1);
    pairs.front().playbook = named.get();
    pairs.front().target = target;
    UPKEEP_RETURN_IF_ERROR(ReadParameters(invocation, pairs));
    options.params = pairs.front().params;
    if (store != nullptr) options.past = run::PastOf(*store)(pairs.front());
  } else if (invocation.Has("--param")) {
    return Status(Code::kUsage, "--param is for a playbook, and none is named")
        .WithHint("upkeep console --target NAME PLAYBOOK");
  }
  options.reactor = reactor.get();
  options.clock = &clock;
  options.redactor = &redactor;
  options.maker = modules->maker();
  options.target = target;
  options.playbook = named.get();
  options.seed = std::random_device{}();
  options.name = terminal ? "prompt" : "stdin";
  options.language = Language(invocation);
  Result<std::unique_ptr<authoring::Console>> opened =
      reactor->RunUntilDone(authoring::Console::Open(std::move(options), Limits{}));
  if (opened.ok()) playbook = std::move(named);
  return opened;
}

void Greet(const Invocation& invocation, const Place& place) {
  *invocation.err << "upkeep " << Version() << "  " << place.target->name << " ("
                  << checks::TargetKindName(place.target->kind) << ")";
  if (place.playbook != nullptr) *invocation.err << "  " << place.playbook->head.id;
  *invocation.err << "  " << invocation.Say(".help lists what can be typed, Ctrl-D leaves") << std::endl;
}

int RunConsole(Invocation& invocation) {
  Place place{invocation};
  Result<std::unique_ptr<run::Playbook>> named = Named(invocation);
  if (!named.ok()) return invocation.Fail(named.status());
  if (Status ready = place.Prepare(); !ready.ok()) return invocation.Fail(ready);
  Result<std::unique_ptr<authoring::Console>> console = place.Open(*std::move(named));
  if (!console.ok()) return invocation.Fail(console.status());
  Result<std::unique_ptr<Interrupts>> interrupts = Interrupts::Create();
  if (!interrupts.ok()) return invocation.Fail(interrupts.status());
  std::unique_ptr<run::Playbook> before;   // The console that is replaced still refers to it.
  ConsoleSession::Opener reopen = [&]() -> Result<std::unique_ptr<authoring::Console>> {
    Result<std::unique_ptr<run::Playbook>> again = Named(invocation);
    if (!again.ok()) return again.status();
    before = std::move(place.playbook);
    Result<std::unique_ptr<authoring::Console>> opened = place.Open(*std::move(again));
    if (!opened.ok()) place.playbook = std::move(before);
    return opened;
  };
  ConsoleSession session(invocation, *place.reactor, **interrupts, place.terminal, *std::move(console),
                         std::move(reopen));
  if (!place.terminal) {
    DescriptorLines lines(STDIN_FILENO, false, **interrupts);
    return session.Run(lines);
  }
  Greet(invocation, place);
  Result<std::unique_ptr<LineEditor>> editor =
      LineEditor::Create(**interrupts, [&session](std::string_view word) { return session.Complete(word); });
  if (editor.ok()) return session.Run(**editor);
  // Lines can be typed without an editor, too.
  *invocation.err << invocation.Describe(editor.status()) << std::endl;
  DescriptorLines lines(STDIN_FILENO, true, **interrupts);
  return session.Run(lines);
}

}  // namespace

Command MakeConsoleCommand() {
  Command console;
  console.name = "console";
  console.summary = "Lua against a live target, line by line, in the sandbox of a check";
  console.positionals = {{"PLAYBOOK", "Its id or file: its head, its check and the modules of its pack are there, too", false, false}};
  console.options = {{"--target", "NAME", "The target", false, {}},
                     {"--param", "NAME=VALUE", "Set a parameter of the playbook", true, {}}};
  console.examples = "  upkeep console --target production\n"
                     "  upkeep console --target production mine/team/replicas.lua --playbooks mine\n"
                     "  echo '#kubernetes.list \"pods\"' | upkeep console --target production\n";
  console.run = RunConsole;
  return console;
}

}  // namespace upkeep::cli
