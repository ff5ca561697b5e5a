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
  if (terminal_) interrupts_.BeginWork();
  if (interrupts_.terminated()) return;
  CancelSource cancel, done;
  reactor_.Spawn(CancelOnSignal(reactor_, interrupts_.descriptor(), cancel, done.token()));
  Limits limits;
  limits.cancel = cancel.token();
  const authoring::ConsoleAnswer answer =
      reactor_.RunUntilDone(console_->Run(std::exchange(chunk_, {}), first_line_, std::move(limits)));
  done.Cancel();
  while (reactor_.pending() > 0) reactor_.RunOnce(std::chrono::milliseconds(10));
  if (terminal_ && interrupts_.interrupted()) *invocation_.out << "\n";   // Behind "^C".
  *invocation_.out << answer.text << std::flush;
  if (!answer.status.ok()) Fail(answer.status);
}

ConsoleSession::Next ConsoleSession::TakeLine(const std::string& text) {
  ++line_;
  const std::string command = Trimmed(text);
  if (chunk_.empty()) {
    if (IsDotCommand(command)) return Obey(command);
    if (command.empty()) return Next::kGoOn;
    first_line_ = line_;
  } else {
    chunk_ += "\n";
  }
  chunk_ += text;
  if (chunk_.size() > kMostLineBytes || !console_->IsUnfinished(chunk_)) RunChunk();
  return Next::kGoOn;
}

ConsoleSession::Next ConsoleSession::Take(const LineRead& read) {
  switch (read.how) {
    case LineRead::How::kLine: return TakeLine(read.text);
    case LineRead::How::kInterrupted:
      chunk_.clear();
      if (terminal_) *invocation_.out << "\n" << std::flush;   // Behind "^C".
      return Next::kGoOn;
    case LineRead::How::kTooLong:
      Fail(Status(Code::kInvalid, "a line is longer than 1 MiB"));
      return Next::kLeave;
    case LineRead::How::kEnd: break;
  }
  if (terminal_) {
    *invocation_.out << "\n" << std::flush;   // Ctrl-D leaves the cursor behind the prompt.
  } else if (!chunk_.empty()) {
    RunChunk();                               // It says what is missing.
  }
  return Next::kLeave;
}

int ConsoleSession::Run(LineSource& lines) {
  // Who types goes on after Ctrl-C; a list of lines that somebody stops has ended.
  const auto ended = [this] { return interrupts_.terminated() || (interrupts_.interrupted() && !terminal_); };
  Next next = Next::kGoOn;
  while (next == Next::kGoOn && !ended()) {
    if (terminal_) interrupts_.BeginWork();
    const LineRead read = lines.Read(chunk_.empty() ? kPrompt : kContinued);
    if (!ended()) next = Take(read);
  }
  if (terminal_) *invocation_.out << console_->Needs() << std::flush;
  if (interrupts_.terminated()) return 128 + SIGTERM;
  if (ended()) return 128 + SIGINT;
  return failed_ && !terminal_ ? 1 : 0;
}

}  // namespace upkeep::cli
