// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/workplace.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <random>
#include <set>

#include "base/lua/compiled_library.h"
#include "base/yaml/yaml.h"
#include "runner/cli/settings.h"
#include "runner/cli/wake_pipe.h"

namespace upkeep::cli {
namespace {

void OnSignal(int signal) {
  // The second one does not wait for anything.
  if (WakePipe::OfProcess().Tell(signal) > 1) _exit(128 + signal);
}

Task<void> CancelOnSignal(io::Reactor& reactor, CancelSource& cancel, CancelToken stop) {
  Limits limits;
  limits.cancel = stop;
  const Status readable = co_await reactor.WaitReadable(WakePipe::OfProcess().descriptor(), limits);
  if (readable.ok()) cancel.Cancel();
}

bool NeedsTls(const checks::Inventory& inventory) {
  return std::any_of(inventory.targets.begin(), inventory.targets.end(), [](const auto& target) {
    return target.kind == checks::TargetKind::kKubernetes ||
           target.kind == checks::TargetKind::kHttp || target.kind == checks::TargetKind::kTls;
  });
}

}  // namespace

Result<std::unique_ptr<store::Store>> OpenStore(const Invocation& invocation, bool read_only,
                                                const Redactor* redactor) {
  const std::string path = StorePath(invocation);
  if (!read_only && !invocation.Has("--store")) {
    // The usual place is upkeep's own; a folder that somebody named is not made for them.
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  }
  store::OpenOptions options;
  options.redactor = redactor;
  options.read_only = read_only;
  options.create = !read_only;
  return store::OpenSqliteStore(path, options);
}

Result<std::unique_ptr<Workplace>> Workplace::Open(const Invocation& invocation) {
  Result<checks::Inventory> inventory = LoadInventory(invocation);
  if (!inventory.ok()) return inventory.status();
  return OpenWith(invocation, std::move(*inventory));
}

Result<std::unique_ptr<Workplace>> Workplace::OpenWithoutTargets(const Invocation& invocation) {
  Result<checks::Inventory> inventory = LoadInventory(invocation);
  return OpenWith(invocation, inventory.ok() ? std::move(*inventory) : checks::Inventory());
}

Result<std::unique_ptr<Workplace>> Workplace::OpenWith(const Invocation& invocation, checks::Inventory inventory) {
  std::unique_ptr<Workplace> place(new Workplace(*invocation.redactor));
  WakePipe::OfProcess().Forget();
  place->inventory_ = std::move(inventory);
  if (NeedsTls(place->inventory_)) place->warm_up_.emplace([] { lua::CompiledLibrary(); });
  place->catalog_ = run::Catalog(PlaybookFolders(invocation));
  Result<std::unique_ptr<store::Store>> store = OpenStore(invocation, false, &place->redactor_);
  if (!store.ok()) return store.status();
  place->store_ = std::move(*store);
  Result<std::unique_ptr<io::Reactor>> reactor = io::Reactor::Create();
  if (!reactor.ok()) return reactor.status();
  place->reactor_ = std::move(*reactor);
  place->modules_ = std::make_unique<run::ModuleFactory>(*place->reactor_, place->clock_,
                                                         place->redactor_, place->inventory_);
  return place;
}

struct Workplace::Listening {
  CancelSource stop;
  struct sigaction old_interrupt {}, old_terminate {};
};

Workplace::Workplace(Redactor& redactor) : redactor_(redactor), catalog_({}) {}

Workplace::~Workplace() = default;

Limits Workplace::limits() {
  Limits limits;
  limits.cancel = cancel_.token();
  return limits;
}

int Workplace::CancelledExit() const {
  const int first = WakePipe::OfProcess().first();
  return 128 + (first == 0 ? SIGINT : first);
}

int Workplace::Fail(const Invocation& invocation, const Status& status) const {
  const int code = invocation.Fail(status);
  return status.code() == Code::kCancelled ? CancelledExit() : code;
}

Status Workplace::CheckKubeconfigs(const std::vector<run::Pair>& pairs) {
  std::set<const checks::Target*> targets;
  std::set<std::string> said;   // Several targets may be contexts of one file.
  std::vector<Status> errors;
  for (const run::Pair& pair : pairs) {
    if (!targets.insert(pair.target).second) continue;
    Status status = run::CheckKubeconfig(*pair.target, redactor_);
    if (!status.ok() && said.insert(status.Describe()).second) errors.push_back(std::move(status));
  }
  return yaml::Combine(errors, Code::kConfig);
}

void Workplace::StartListening() {
  // Without a pipe Ctrl-C ends the process at once, as it would without upkeep's help.
  if (!WakePipe::OfProcess().Begin()) return;
  listening_ = std::make_unique<Listening>();
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigaction(SIGINT, &action, &listening_->old_interrupt);
  sigaction(SIGTERM, &action, &listening_->old_terminate);
  reactor_->Spawn(CancelOnSignal(*reactor_, cancel_, listening_->stop.token()));
  if (beside_) reactor_->Spawn(std::exchange(beside_, nullptr)(*reactor_, listening_->stop.token()));
}

void Workplace::StopListening() {
  if (!listening_) return;
  listening_->stop.Cancel();
  while (reactor_->pending() > 0) reactor_->RunOnce(std::chrono::milliseconds(10));
  sigaction(SIGINT, &listening_->old_interrupt, nullptr);
  sigaction(SIGTERM, &listening_->old_terminate, nullptr);
  listening_.reset();
}

Result<run::SessionOutcome> Workplace::RunSession(run::SessionRequest request,
                                                  run::Progress progress,
                                                  run::ExecutorOptions options) {
  if (options.seed == 0) options.seed = std::random_device{}();
  run::Executor executor(*reactor_, clock_, redactor_, modules_->maker(), options);
  return RunTask(run::RunSession(*store_, executor, clock_, std::move(request),
                                        std::move(progress), limits()));
}

Result<std::vector<run::PairOutcome>> Workplace::RunPairs(std::vector<run::Pair> pairs,
                                                          bool record) {
  run::ExecutorOptions options;
  options.record = record;
  options.seed = 1;
  run::Executor executor(*reactor_, clock_, redactor_, modules_->maker(), options);
  return RunTask(executor.Run(std::move(pairs), run::Progress{}, limits(), run::PastOf(*store_)));
}

}  // namespace upkeep::cli
