// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/console_session.h"

#include <csignal>
#include <utility>

#include "base/text.h"

namespace upkeep::cli {
namespace {

constexpr const char* kPrompt = "> ";
constexpr const char* kContinued = ">> ";

Task<void> CancelOnSignal(io::Reactor& reactor, int descriptor, CancelSource& cancel, CancelToken stop) {
  Limits limits;
  limits.cancel = std::move(stop);
  const Status readable = co_await reactor.WaitReadable(descriptor, limits);
  if (readable.ok()) cancel.Cancel();
}

struct DotCommand {
  std::string name;
  std::string_view help;
};

const std::vector<DotCommand>& DotCommands() {
  static const std::vector<DotCommand> commands = {
      {".help", "What can be typed"},
      {".needs", "The needs used so far, as a head declares them"},
      {".target", "What a playbook sees of the target"},
      {".reload", "Begin anew: forget all variables, read the playbook and its modules again"},
      {".quit", "Leave, as Ctrl-D does"}};
  return commands;
}

std::string Trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// ".needs", and not the number .5
bool IsDotCommand(const std::string& line) { return line.size() > 1 && line[0] == '.' && line[1] >= 'a' && line[1] <= 'z'; }

}  // namespace

ConsoleSession::ConsoleSession(const Invocation& invocation, io::Reactor& reactor, Interrupts& interrupts,
                               bool terminal, std::unique_ptr<authoring::Console> console, Opener reopen)
    : invocation_(invocation), reactor_(reactor), interrupts_(interrupts), terminal_(terminal),
      console_(std::move(console)), reopen_(std::move(reopen)) {}

void ConsoleSession::Fail(const Status& status) {
  failed_ = true;
  invocation_.out->flush();
  *invocation_.err << invocation_.Describe(status) << std::endl;
}

void ConsoleSession::Help() const {
  std::ostream& out = *invocation_.out;
  out << invocation_.Say("An expression shows its value, a statement is run, and what is not finished goes on in the next line") << "\n"
      << invocation_.Say("The modules of the target are variables; their names and functions are completed with Tab") << "\n"
      << invocation_.Say("Nothing is stored, and nothing on the target can be changed") << "\n\n";
  for (const DotCommand& command : DotCommands()) {
    out << "  " << command.name << std::string(10 - command.name.size(), ' ') << invocation_.Say(command.help) << "\n";
  }
}

void ConsoleSession::Reload() {
  Result<std::unique_ptr<authoring::Console>> console = reopen_();
  if (!console.ok()) return Fail(console.status());
  console_ = *std::move(console);
}

ConsoleSession::Next ConsoleSession::Obey(const std::string& command) {
  std::ostream& out = *invocation_.out;
  if (command == ".quit") return Next::kLeave;
  if (command == ".help") {
    Help();
  } else if (command == ".needs") {
    const std::string needs = console_->Needs();
    out << (needs.empty() ? invocation_.Say("no need was used so far") + "\n" : needs);
  } else if (command == ".target") {
    out << console_->Target();
  } else if (command == ".reload") {
    Reload();
  } else {
    std::vector<std::string> names;
    for (const DotCommand& one : DotCommands()) names.push_back(one.name);
    const std::string near = NearestWord(command, names);
    Fail(Status(Code::kUsage, "there is no command '" + PrintableText(command) + "'")
             .WithHint(near.empty() ? ".help lists them" : "did you mean '" + near + "'?"));
  }
  out.flush();
  return Next::kGoOn;
}

/// The first Ctrl-C cancels the chunk.
void ConsoleSession::RunChunk() {
  interrupts_.BeginWork();
  CancelSource cancel, done;
  reactor_.Spawn(CancelOnSignal(reactor_, interrupts_.descriptor(), cancel, done.token()));
  Limits limits;
  limits.cancel = cancel.token();
  const authoring::ConsoleAnswer answer =
      reactor_.RunUntilDone(console_->Run(std::exchange(chunk_, {}), first_line_, std::move(limits)));
  done.Cancel();
  while (reactor_.pending() > 0) reactor_.RunOnce(std::chrono::milliseconds(10));
  *invocation_.out << answer.text << std::flush;
  if (!answer.status.ok()) Fail(answer.status);
}

int ConsoleSession::Run(LineSource& lines) {
  bool goes_on = true;
  while (goes_on) {
    if (!interrupts_.terminated()) interrupts_.BeginWork();
    LineRead read = lines.Read(chunk_.empty() ? kPrompt : kContinued);
    if (interrupts_.terminated()) break;
    if (read.how == LineRead::How::kInterrupted) {
      if (!terminal_) return 128 + SIGINT;
      chunk_.clear();
      *invocation_.out << "^C\n" << std::flush;
      continue;
    }
    if (read.how == LineRead::How::kTooLong) {
      Fail(Status(Code::kInvalid, "a line is longer than 1 MiB"));
      break;
    }
    if (read.how == LineRead::How::kEnd) {
      goes_on = false;
      if (terminal_) {
        *invocation_.out << "\n" << std::flush;   // Ctrl-D leaves the cursor behind the prompt.
        break;
      }
      if (chunk_.empty()) break;
    } else {
      ++line_;
      const std::string command = Trimmed(read.text);
      if (chunk_.empty() && IsDotCommand(command)) {
        if (Obey(command) == Next::kLeave) break;
        continue;
      }
      if (chunk_.empty() && command.empty()) continue;
      if (chunk_.empty()) first_line_ = line_;
      chunk_ += (chunk_.empty() ? "" : "\n") + read.text;
      if (chunk_.size() <= kMostLineBytes && console_->IsUnfinished(chunk_)) continue;
    }
    RunChunk();
    if (interrupts_.terminated()) break;
    if (interrupts_.interrupted() && !terminal_) return 128 + SIGINT;
  }
  if (terminal_) *invocation_.out << console_->Needs() << std::flush;
  if (interrupts_.terminated()) return 128 + SIGTERM;
  return failed_ && !terminal_ ? 1 : 0;
}

}  // namespace upkeep::cli
