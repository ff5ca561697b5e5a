// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/line_editor.h"

#include <histedit.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <utility>

#include "base/late_library.h"

namespace upkeep::cli {
namespace {

constexpr LateLibrary kLibedit("libedit.so.2", "libedit2");
UPKEEP_NEEDS_LATER("libedit.so.2", "console");

constexpr int kHistoryLines = 1000;
constexpr std::string_view kOfWords = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:";
constexpr std::size_t kListColumns = 80;

/// What is called of libedit. Its functions take as many arguments as the operation has, so they are
/// called where they are instead of being forwarded.
struct Libedit {
#define UPKEEP_OF_LIBEDIT(name) decltype(&::name) name = reinterpret_cast<decltype(&::name)>(kLibedit.Find(#name))
  UPKEEP_OF_LIBEDIT(el_init);
  UPKEEP_OF_LIBEDIT(el_end);
  UPKEEP_OF_LIBEDIT(el_set);
  UPKEEP_OF_LIBEDIT(el_wset);
  UPKEEP_OF_LIBEDIT(el_get);
  UPKEEP_OF_LIBEDIT(el_gets);
  UPKEEP_OF_LIBEDIT(el_source);
  UPKEEP_OF_LIBEDIT(el_line);
  UPKEEP_OF_LIBEDIT(el_insertstr);
  UPKEEP_OF_LIBEDIT(history_init);
  UPKEEP_OF_LIBEDIT(history_end);
  UPKEEP_OF_LIBEDIT(history);
#undef UPKEEP_OF_LIBEDIT
};

/// What all `words` begin with. REQUIRES: there are some.
std::string CommonPrefix(const std::vector<std::string>& words) {
  std::string common = words.front();
  for (const std::string& word : words) {
    const auto [end, other] = std::mismatch(common.begin(), common.end(), word.begin(), word.end());
    common.erase(end, common.end());
  }
  return common;
}

}  // namespace

struct LineEditor::Impl {
  Impl(const Interrupts& the_interrupts, Completer the_completer)
      : interrupts(the_interrupts), completer(std::move(the_completer)) {}
  ~Impl() {
    if (editor != nullptr) libedit.el_end(editor);
    if (past != nullptr) libedit.history_end(past);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  static Impl& Of(EditLine* editor);
  static char* Prompt(EditLine* editor) { return const_cast<char*>(Of(editor).prompt); }
  static int ReadCharacter(EditLine* editor, wchar_t* character);
  static unsigned char Complete(EditLine* editor, int key);
  void List(const std::vector<std::string>& words) const;

  Libedit libedit;
  const Interrupts& interrupts;
  const Completer completer;
  EditLine* editor = nullptr;
  History* past = nullptr;
  const char* prompt = "";
  std::mbstate_t half{};               ///< Of a character whose bytes have not all come.
};

LineEditor::Impl& LineEditor::Impl::Of(EditLine* editor) {
  // Before an Impl is known its functions are: they have no state.
  static const auto get = reinterpret_cast<decltype(&el_get)>(kLibedit.Find("el_get"));
  void* impl = nullptr;
  get(editor, EL_CLIENTDATA, &impl);
  return *static_cast<Impl*>(impl);
}

/// libedit's own would try again after a signal; here Ctrl-C ends the line.
int LineEditor::Impl::ReadCharacter(EditLine* editor, wchar_t* character) {
  Impl& impl = Of(editor);
  for (;;) {
    pollfd waits[2] = {{STDIN_FILENO, POLLIN, 0}, {impl.interrupts.descriptor(), POLLIN, 0}};
    const int ready = poll(waits, 2, -1);
    if (impl.interrupts.interrupted() || impl.interrupts.terminated()) {
      errno = EINTR;
      return -1;
    }
    if (ready < 0 && errno != EINTR) return -1;
    if (ready <= 0 || waits[0].revents == 0) continue;
    char byte = 0;
    const ssize_t count = read(STDIN_FILENO, &byte, 1);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return static_cast<int>(count);
    const std::size_t used = std::mbrtowc(character, &byte, 1, &impl.half);
    if (used == static_cast<std::size_t>(-2)) continue;
    if (used == static_cast<std::size_t>(-1)) {
      impl.half = {};
      *character = L'?';
    }
    return 1;
  }
}

/// Under the line, in columns; the line is drawn again after them.
void LineEditor::Impl::List(const std::vector<std::string>& words) const {
  std::size_t width = 0;
  for (const std::string& word : words) width = std::max(width, word.size() + 2);
  const std::size_t columns = std::max<std::size_t>(1, kListColumns / width);
  std::string text = "\n";
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool last = (i + 1) % columns == 0 || i + 1 == words.size();
    text += words[i] + (last ? "\n" : std::string(width - words[i].size(), ' '));
  }
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

unsigned char LineEditor::Impl::Complete(EditLine* editor, int) {
  try {
    const Impl& impl = Of(editor);
    const LineInfo* const line = impl.libedit.el_line(editor);
    const std::string_view before(line->buffer, static_cast<std::size_t>(line->cursor - line->buffer));
    const std::size_t other = before.find_last_not_of(kOfWords);
    const std::string_view word = other == std::string_view::npos ? before : before.substr(other + 1);
    if (word.empty()) {
      impl.libedit.el_insertstr(editor, "  ");   // Nothing to complete: an indent.
      return CC_REFRESH;
    }
    const std::vector<std::string> words = impl.completer(word);
    if (words.empty()) return CC_ERROR;
    const std::string rest = CommonPrefix(words).substr(word.size());
    if (!rest.empty()) {
      impl.libedit.el_insertstr(editor, rest.c_str());
      return CC_REFRESH;
    }
    if (words.size() == 1) return CC_NORM;
    impl.List(words);
    return CC_REDISPLAY;
  } catch (const std::exception&) {
    return CC_ERROR;
  }
}

LineEditor::LineEditor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LineEditor::~LineEditor() = default;

Result<std::unique_ptr<LineEditor>> LineEditor::Create(const Interrupts& interrupts, Completer completer) {
  UPKEEP_RETURN_IF_ERROR(kLibedit.Load());
  // Characters of more than one byte are edited as characters only in a locale that has them.
  std::setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
  auto impl = std::make_unique<Impl>(interrupts, std::move(completer));
  const Libedit& libedit = impl->libedit;
  impl->editor = libedit.el_init("upkeep", stdin, stdout, stderr);
  impl->past = libedit.history_init();
  if (impl->editor == nullptr || impl->past == nullptr) {
    return Status(Code::kInternal, "the terminal cannot be edited on");
  }
  HistEvent event;
  libedit.history(impl->past, &event, H_SETSIZE, kHistoryLines);
  libedit.history(impl->past, &event, H_SETUNIQUE, 1);
  EditLine* const editor = impl->editor;
  libedit.el_set(editor, EL_CLIENTDATA, static_cast<void*>(impl.get()));
  libedit.el_set(editor, EL_PROMPT, &Impl::Prompt);
  libedit.el_set(editor, EL_GETCFN, &Impl::ReadCharacter);
  libedit.el_set(editor, EL_HIST, libedit.history, impl->past);
  libedit.el_set(editor, EL_EDITOR, "emacs");
  // The narrow form copies the names and never frees them.
  libedit.el_wset(editor, EL_ADDFN, L"upkeep-complete", L"complete", &Impl::Complete);
  libedit.el_set(editor, EL_BIND, "^I", "upkeep-complete", static_cast<char*>(nullptr));
  libedit.el_set(editor, EL_BIND, "^R", "em-inc-search-prev", static_cast<char*>(nullptr));
  libedit.el_source(editor, nullptr);
  return std::unique_ptr<LineEditor>(new LineEditor(std::move(impl)));
}

LineRead LineEditor::Read(const char* prompt) {
  impl_->prompt = prompt;
  // By itself libedit takes the terminal over after it has shown the prompt: a Ctrl-D in between
  // would be lost.
  impl_->libedit.el_set(impl_->editor, EL_PREP_TERM, 1);
  int count = 0;
  const char* const typed = impl_->libedit.el_gets(impl_->editor, &count);
  if (impl_->interrupts.interrupted() || impl_->interrupts.terminated()) {
    // Nothing typed into an editor is echoed by the terminal itself.
    if (impl_->interrupts.interrupted()) std::fputs("^C", stdout);
    std::fflush(stdout);
    return {LineRead::How::kInterrupted, ""};
  }
  if (typed == nullptr || count <= 0) return {LineRead::How::kEnd, ""};
  LineRead line{LineRead::How::kLine, typed};
  while (line.text.ends_with('\n') || line.text.ends_with('\r')) line.text.pop_back();
  if (line.text.find_first_not_of(' ') != std::string::npos) {
    HistEvent event;
    impl_->libedit.history(impl_->past, &event, H_ENTER, line.text.c_str());
  }
  return line;
}

}  // namespace upkeep::cli
