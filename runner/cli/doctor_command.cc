// SPDX-License-Identifier: Apache-2.0
//
// upkeep doctor: what is unreachable, missing or off, and the line that helps.
#include <algorithm>
#include <sstream>

#include "base/terminal_text.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/doctor.h"
#include "runner/cli/exit_codes.h"
#include "runner/cli/settings.h"

namespace upkeep::cli {
namespace {

using Level = Diagnosis::Level;

constexpr int kLevelColumns = 7;       ///< In either language.
constexpr int kMostNameColumns = 24;
constexpr std::string_view kHelpMark = "-> ";

int WorstOf(const std::vector<Diagnosis>& found) {
  int worst = 0;
  for (const Diagnosis& diagnosis : found) worst = WorseExit(worst, diagnosis.exit_code);
  return worst;
}

std::vector<run::Playbook> DiagnosePlaybooks(const Invocation& invocation, std::vector<Diagnosis>& found) {
  std::vector<Status> errors;
  const std::vector<std::string> folders = PlaybookFolders(invocation);
  std::vector<run::Playbook> playbooks = run::Catalog(folders).All(errors);
  for (const Status& error : errors) found.push_back(FaultOf("playbooks", error));
  if (playbooks.empty() && errors.empty()) {
    found.push_back(FaultOf("playbooks", Status(Code::kConfig, folders.front() + " has no playbooks")
                                             .WithHint("name their folder with --playbooks")));
  } else if (errors.empty()) {
    found.push_back({Level::kOk, "playbooks", std::to_string(playbooks.size()) + ", all valid", "", 0});
  }
  return playbooks;
}

void DiagnoseInventory(const Invocation& invocation, const std::vector<run::Playbook>& playbooks,
                       std::vector<Diagnosis>& found, Redactor& redactor) {
  const Result<checks::Inventory> inventory = LoadInventory(invocation);
  if (!inventory.ok()) {
    found.push_back(FaultOf("inventory", inventory.status()));
    return;
  }
  Result<std::unique_ptr<io::Reactor>> reactor = io::Reactor::Create();
  if (!reactor.ok()) {
    found.push_back(FaultOf("upkeep", reactor.status()));
    return;
  }
  const SystemClock clock;
  const run::ModuleFactory factory(**reactor, clock, redactor, inventory.value());
  for (Diagnosis& diagnosis :
       (*reactor)->RunUntilDone(DiagnoseTargets(inventory.value(), playbooks, factory, Limits{}))) {
    found.push_back(std::move(diagnosis));
  }
}

void Print(const Invocation& invocation, const std::vector<Diagnosis>& found, const Redactor& redactor) {
  std::ostream& out = *invocation.out;
  const bool korean = Language(invocation) == "ko";
  int widest = 0;
  for (const Diagnosis& diagnosis : found) widest = std::max(widest, DisplayWidth(diagnosis.what));
  // A terminal has little room behind a long name; what is said of it stands below then.
  if (invocation.columns > 0) widest = std::min(widest, kMostNameColumns);
  const int margin = kLevelColumns + widest + 2;
  const std::string indent(static_cast<std::size_t>(margin), ' ');
  for (const Diagnosis& diagnosis : found) {
    const std::string level = diagnosis.level == Level::kOk     ? (korean ? "정상  " : "ok    ")
                              : diagnosis.level == Level::kNote ? (korean ? "참고  " : "note  ")
                                                                : (korean ? "문제  " : "FAULT ");
    std::string text = invocation.Say(redactor.Redact(diagnosis.text));
    if (!diagnosis.help.empty()) text += "\n" + std::string(kHelpMark) + invocation.Say(redactor.Redact(diagnosis.help));
    out << level << " ";
    if (DisplayWidth(diagnosis.what) > widest) {
      out << diagnosis.what << "\n" << indent;
    } else {
      out << Padded(diagnosis.what, widest + 2);
    }
    // Names and words come from targets too.
    std::istringstream lines(PrintableText(text));
    bool first = true;
    for (std::string line; std::getline(lines, line); first = false) {
      // A line of a file and the caret below it begin with blanks that count.
      const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
      const std::size_t below = blanks + (line.starts_with(kHelpMark) ? kHelpMark.size() : 0);
      out << (first ? "" : indent) << line.substr(0, blanks)
          << invocation.Fit(line.substr(blanks), margin + static_cast<int>(below)) << "\n";
    }
  }
}

int Doctor(Invocation& invocation) {
  std::vector<Diagnosis> found;
  Redactor redactor;
  DiagnoseHere(invocation, found);
  DiagnosePolicy(invocation, found);
  const std::vector<run::Playbook> playbooks = DiagnosePlaybooks(invocation, found);
  DiagnoseInventory(invocation, playbooks, found, redactor);
  Print(invocation, found, redactor);
  return WorstOf(found);
}

}  // namespace

Command MakeDoctorCommand() {
  Command doctor;
  doctor.name = "doctor";
  doctor.summary = "What is unreachable, which right is missing and the line that grants it, disk, clock, files";
  doctor.run = Doctor;
  return doctor;
}

}  // namespace upkeep::cli
