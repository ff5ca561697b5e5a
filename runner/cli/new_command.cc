// SPDX-License-Identifier: Apache-2.0
//
// upkeep new and stubs: what an author starts with.
#include "runner/authoring/editor_files.h"
#include "runner/authoring/scaffold.h"
#include "runner/cli/command_parts.h"

namespace upkeep::cli {
namespace {

/// `word` as a shell reads it back.
std::string ForShell(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+:@%=";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

int New(Invocation& invocation) {
  const std::string& id = invocation.positionals.front();
  const std::string folder = invocation.Value("--dir", ".");
  const std::string kind = invocation.Value("--target", "kubernetes");
  Result<authoring::Scaffold> scaffold = authoring::MakeScaffold(folder, id, kind);
  if (!scaffold.ok()) return invocation.Fail(scaffold.status());
  if (Status written = authoring::WriteScaffold(*scaffold); !written.ok()) return invocation.Fail(written);
  Result<std::vector<authoring::WrittenFile>> editor = authoring::WriteEditorFiles(folder);
  if (!editor.ok()) return invocation.Fail(editor.status());
  *invocation.out << scaffold->playbook_path << "\n" << scaffold->case_path << "\n";
  const std::string pack = " --playbooks " + ForShell(folder);
  *invocation.err << invocation.Say("It is valid and tested as it stands. Make it yours, then:") << "\n"
                  << "  upkeep validate " << id << pack << "\n"
                  << "  upkeep test " << id << pack << "\n"
                  << "  upkeep record " << id << pack << " --target NAME\n";
  return 0;
}

int Stubs(Invocation& invocation) {
  const std::string folder = invocation.Value("--dir", ".");
  Result<std::vector<authoring::WrittenFile>> files = authoring::WriteEditorFiles(folder);
  if (!files.ok()) return invocation.Fail(files.status());
  for (const authoring::WrittenFile& file : *files) {
    if (file.kept) {
      *invocation.err << invocation.Say(file.path + " is yours and stays as it is; .upkeep/meta is the library to name in it")
                      << "\n";
    } else {
      *invocation.out << file.path << "\n";
    }
  }
  return 0;
}

}  // namespace

std::vector<Command> MakeAuthorCommands() {
  Command make, stubs;
  make.name = "new";
  make.summary = "Start a check of your own: a playbook and its first cases";
  make.positionals = {{"ID", "Its id: words joined by dots, as in team.replicas", true, false}};
  make.options = {{"--target", "KIND", "What it looks at (default: kubernetes)", false, {}},
                  {"--dir", "FOLDER", "The pack that it belongs to (default: this folder)", false, {}}};
  make.examples = "  upkeep new team.replicas --dir mine\n  upkeep new team.connections --target postgres --dir mine\n";
  make.run = New;
  stubs.name = "stubs";
  stubs.summary = "Write what editors need: declarations of every function, settings, schemas of the YAML files";
  stubs.options = {{"--dir", "FOLDER", "The pack that they belong to (default: this folder)", false, {}}};
  stubs.examples = "  upkeep stubs --dir mine\n";
  stubs.run = Stubs;
  return {make, stubs, MakeDocsCommand()};
}

}  // namespace upkeep::cli
