// SPDX-License-Identifier: Apache-2.0
//
// upkeep docs: a page for each playbook, out of its head.
#include <filesystem>

#include "runner/authoring/files.h"
#include "runner/authoring/page.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/exit_codes.h"
#include "runner/cli/playbook_lookup.h"
#include "runner/run/case_reader.h"

namespace upkeep::cli {
namespace {

Status WritePage(const std::filesystem::path& base, const authoring::Page& page) {
  UPKEEP_RETURN_IF_ERROR(authoring::ReplaceFile(base.string() + ".md", authoring::AsMarkdown(page)));
  return authoring::ReplaceFile(base.string() + ".html", authoring::AsHtml(page));
}

int Docs(Invocation& invocation) {
  std::vector<Status> errors;
  const std::vector<run::Playbook> playbooks = NamedPlaybooks(invocation, errors);
  for (const Status& error : errors) *invocation.err << "upkeep: " << invocation.Describe(error) << "\n";
  if (!errors.empty()) return ExitOf(errors.front());
  if (playbooks.empty()) return invocation.Fail(Status(Code::kInvalid, "no playbook was found"));
  const std::filesystem::path folder = invocation.Value("--dir", "playbook-docs");
  for (const char* language : {"en", "ko"}) {
    for (const run::Playbook& playbook : playbooks) {
      Result<run::CaseFile> file = run::ReadCasesOf(playbook);
      if (!file.ok() && file.status().code() != Code::kNotFound) return invocation.Fail(file.status());
      const std::vector<run::Case> cases = file.ok() ? file->cases : std::vector<run::Case>();
      const Status written = WritePage(folder / language / playbook.head.id, authoring::PageOf(playbook, cases, language));
      if (!written.ok()) return invocation.Fail(written);
    }
    const Status written = WritePage(folder / language / "index", authoring::IndexOf(playbooks, language));
    if (!written.ok()) return invocation.Fail(written);
    *invocation.out << (folder / language / "index.html").string() << "\n";
  }
  return 0;
}

}  // namespace

Command MakeDocsCommand() {
  Command docs;
  docs.name = "docs";
  docs.summary = "Write a page for each playbook, in HTML and Markdown, Korean and English (default: all)";
  docs.positionals = {{"PLAYBOOK", "Ids, files or folders", false, true}};
  docs.options = {{"--dir", "FOLDER", "Where to (default: playbook-docs)", false, {}}};
  docs.examples = "  upkeep docs --playbooks mine --dir site\n";
  docs.run = Docs;
  return docs;
}

}  // namespace upkeep::cli
