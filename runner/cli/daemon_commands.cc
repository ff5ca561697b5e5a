// SPDX-License-Identifier: Apache-2.0
//
// upkeep tick, daemon and serve.
#include <arpa/inet.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <thread>

#include "checks/targets/secrets.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/deliver_parts.h"
#include "runner/cli/exit_codes.h"
#include "runner/cli/schedule_parts.h"
#include "runner/cli/settings.h"
#include "runner/cli/workplace.h"
#include "runner/daemon/daemon.h"
#include "runner/daemon/daemon_lock.h"
#include "runner/daemon/server.h"
#include "runner/daemon/tick.h"
#include "runner/notify/sender.h"
#include "runner/run/cluster_secrets.h"

namespace upkeep::cli {

daemon::Places PlacesOf(const Invocation& invocation, Workplace& place) {
  daemon::Places places;
  places.schedules = ScheduleFolder(invocation);
  places.packs = PlaybookFolders(invocation);
  places.inventory = [&invocation] { return LoadInventory(invocation); };
  places.modules = [&place](const checks::Inventory& inventory) -> run::ModuleMaker {
    // Kept by the maker; runs that began before a reload go on with theirs.
    auto factory = std::make_shared<run::ModuleFactory>(place.reactor(), place.clock(),
                                                        place.redactor(), inventory);
    return [factory, make = factory->maker()](const checks::Target& target, Limits limits) {
      return make(target, limits);
    };
  };
  return places;
}

namespace {

/// What sending needs for as long as the process runs.
struct Post {
  Result<notify::Deliveries> deliveries;
  run::ClusterSecrets clusters;
  checks::Secrets secrets;
  notify::Sender sender;
  daemon::Heartbeats heartbeats;

  Post(const Invocation& invocation, Workplace& place)
      : deliveries(LoadDeliveries(invocation)),
        clusters(place.reactor(), place.redactor(), place.inventory()),
        secrets(place.reactor(), place.redactor(), &clusters),
        sender(place.reactor(), place.store(), secrets, place.clock(), run::ProcessHolder()),
        heartbeats(place.reactor(), place.store(), secrets, place.clock(), run::ProcessHolder()) {}
};

daemon::RunnerParts PartsOf(const Invocation& invocation, Workplace& place, daemon::Journal& journal,
                            Post& post) {
  const std::string folder =
      (std::filesystem::path(StorePath(invocation)).parent_path() / "reports").string();
  daemon::RunnerParts parts{place.reactor(),
                            place.store(),
                            place.clock(),
                            place.redactor(),
                            journal,
                            {"upkeep", "upkeep", invocation.command},
                            run::ProcessHolder(),
                            invocation.Value("--reports", folder),
                            Language(invocation),
                            {},
                            &post.heartbeats};
  if (post.deliveries.ok()) {
    parts.deliver = [&post, language = parts.language](
                        std::vector<std::string> names, const reports::ReportModel& model,
                        Limits limits) {
      return post.sender.SendReport(*post.deliveries, std::move(names), model, language, limits);
    };
  }
  return parts;
}

/// A deliveries file that is there must be right; that there is none is said when it is needed.
Status CheckDeliveries(const Invocation& invocation, const Post& post) {
  return DeliveriesPath(invocation).empty() ? Status::Ok() : post.deliveries.status();
}

daemon::LogFormat FormatOf(const Invocation& invocation) {
  return invocation.Value("--log", "text") == "json" ? daemon::LogFormat::kJson
                                                      : daemon::LogFormat::kText;
}

/// 0 unless --exit-on says from which state on the outcome counts.
int ExitOfTick(const Invocation& invocation, const daemon::TickOutcome& outcome) {
  const std::string threshold = invocation.Value("--exit-on", "never");
  if (threshold == "never") return 0;
  if (outcome.totals.critical > 0) return 2;
  if (threshold == "critical") return 0;
  if (outcome.totals.warning > 0) return 1;
  if (threshold == "warning") return 0;
  if (outcome.no_target_answered) return 69;
  return outcome.totals.unknown > 0 || outcome.missed > 0 ? 3 : 0;
}

int TickCommand(Invocation& invocation) {
  const std::string schedule = invocation.Value("--schedule");
  if (schedule.empty()) {
    return invocation.Fail(Status(Code::kUsage, "which schedule?").WithHint("name it: upkeep tick --schedule daily"));
  }
  auto opened = Workplace::Open(invocation);
  if (!opened.ok()) return invocation.Fail(opened.status());
  Workplace& place = **opened;
  auto world = daemon::ReadWorld(PlacesOf(invocation, place), place.clock().Now());
  if (!world.ok()) return invocation.Fail(world.status());
  daemon::Journal journal(*invocation.err, FormatOf(invocation), place.clock(), place.redactor());
  Post post(invocation, place);
  if (Status good = CheckDeliveries(invocation, post); !good.ok()) return invocation.Fail(good);
  auto outcome = place.RunTask(daemon::Tick(
      *world, schedule, PartsOf(invocation, place, journal, post), place.limits()));
  if (!outcome.ok()) return place.Fail(invocation, outcome.status());
  journal.Info("tick", {{"schedule", schedule}, {"runs", outcome->runs}, {"missed", outcome->missed},
                        {"overlapped", outcome->overlapped}, {"blackout", outcome->blackout},
                        {"paused", outcome->paused}, {"interrupted", outcome->interrupted}});
  if (!outcome->status.ok()) return invocation.Fail(outcome->status);
  if (outcome->cancelled) return place.CancelledExit();
  if (!outcome->problems.empty()) return invocation.Fail(outcome->problems.front());
  return ExitOfTick(invocation, *outcome);
}

struct Address {
  std::string host;
  int port = 0;
};

Result<Address> ReadAddress(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? text : text.substr(colon + 1);
  Address address{colon == std::string::npos ? "127.0.0.1" : text.substr(0, colon), 0};
  const bool number = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string::npos;
  if (number) address.port = std::stoi(port);
  if (!number || address.port > 65'535 || address.host.empty()) {
    return Status(Code::kUsage, "'" + text + "' is no address").WithHint("HOST:PORT, such as 127.0.0.1:9180");
  }
  if (address.host.starts_with("[") && address.host.ends_with("]")) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  return address;
}

bool IsLoopback(const std::string& host) {
  in_addr address{};
  const bool number = inet_pton(AF_INET, host.c_str(), &address) == 1;
  return host == "localhost" || host == "::1" || (number && host.starts_with("127."));
}

Result<std::unique_ptr<daemon::Server>> ListenFor(const Invocation& invocation,
                                                  daemon::ServerOptions options = {}) {
  auto address = ReadAddress(invocation.Value("--listen", "127.0.0.1:9180"));
  if (!address.ok()) return address.status();
  options.host = address->host;
  options.port = address->port;
  options.language = Language(invocation);
  options.zone = invocation.Value("--zone", "UTC");
  options.open_store = [&invocation] { return OpenStore(invocation, true); };
  return daemon::Server::Listen(std::move(options));
}

/// Serves on a thread of its own until it goes.
class Serving {
 public:
  explicit Serving(std::unique_ptr<daemon::Server> server)
      : server_(std::move(server)), thread_([this] { server_->Run(); }) {}
  ~Serving() {
    server_->Stop();
    thread_.join();
  }

 private:
  std::unique_ptr<daemon::Server> server_;
  std::thread thread_;
};

/// Serves the daemon's endpoints: with --listen the pages, too; without it health and metrics on
/// the usual loopback address, and a taken port is no reason not to run schedules.
Result<std::unique_ptr<Serving>> ServeDaemon(const Invocation& invocation, const daemon::Health& health,
                                             daemon::Journal& journal) {
  if (invocation.Value("--listen") == "off") return std::unique_ptr<Serving>();
  daemon::ServerOptions options;
  options.pages = invocation.Has("--listen");
  options.health = &health;
  options.open_to_write = [&invocation]() -> Result<std::unique_ptr<store::Store>> {
    store::OpenOptions open;
    open.create = false;
    open.busy_timeout = std::chrono::milliseconds(1000);
    return store::OpenSqliteStore(StorePath(invocation), open);
  };
  auto server = ListenFor(invocation, std::move(options));
  if (server.ok()) {
    journal.Info("listening", {{"port", (*server)->port()}, {"pages", invocation.Has("--listen")}});
    return std::make_unique<Serving>(std::move(*server));
  }
  if (invocation.Has("--listen")) return server.status();
  journal.Warning("listen.failed", {{"why", server.status().message()}});
  return std::unique_ptr<Serving>();
}

/// Alone on the store, standing by for the one that is, or one of several that share a Lease.
Result<std::unique_ptr<daemon::Leadership>> LeadershipOf(const Invocation& invocation, Workplace& place) {
  const std::string store = StorePath(invocation);
  const std::string lease = invocation.Value("--lease");
  if (lease.empty()) {
    for (const char* const option : {"--lease-duration", "--lease-kubeconfig"}) {
      if (!invocation.Has(option)) continue;
      return Status(Code::kUsage, std::string(option) + " is for daemons with a Lease").WithHint("--lease NAME");
    }
    if (invocation.Has("--standby")) {
      return std::unique_ptr<daemon::Leadership>(std::make_unique<daemon::FileLeadership>(store));
    }
    auto lock = daemon::DaemonLock::Take(store);
    if (!lock.ok()) return lock.status();
    return std::unique_ptr<daemon::Leadership>(
        std::make_unique<daemon::FileLeadership>(store, std::move(*lock)));
  }
  auto choice = daemon::ReadLeaseChoice(lease);
  if (!choice.ok()) return choice.status();
  choice->kubeconfig = invocation.Value("--lease-kubeconfig");
  if (const std::string given = invocation.Value("--lease-duration"); !given.empty()) {
    constexpr std::chrono::seconds kShortest{3}, kLongest{3600};
    const auto duration = ParseDuration(given);
    if (!duration.ok() || *duration < kShortest || *duration > kLongest) {
      return Status(Code::kUsage, "--lease-duration '" + given + "' is no duration between 3s and 1h")
          .WithHint("15s, 1m");
    }
    choice->duration = std::chrono::ceil<std::chrono::seconds>(*duration);
  }
  return daemon::MakeLeaseLeadership(std::move(*choice), store, run::ProcessHolder(), place.reactor(),
                                     place.redactor(), place.clock());
}

int DaemonCommand(Invocation& invocation) {
  daemon::DaemonOptions options;
  if (const std::string drain = invocation.Value("--drain"); !drain.empty()) {
    auto duration = ParseDuration(drain);
    if (!duration.ok() || *duration < std::chrono::microseconds(0)) {
      return invocation.Fail(Status(Code::kUsage, "--drain '" + drain + "' is no duration").WithHint("30s, 5m"));
    }
    options.drain = std::chrono::duration_cast<std::chrono::milliseconds>(*duration);
  }
  auto opened = Workplace::Open(invocation);
  if (!opened.ok()) return invocation.Fail(opened.status());
  Workplace& place = **opened;
  auto leadership = LeadershipOf(invocation, place);
  if (!leadership.ok()) return invocation.Fail(leadership.status());
  options.leadership = leadership->get();
  daemon::Health health;
  options.health = &health;
  options.control = ControlPathOf(invocation);
  daemon::Journal journal(*invocation.err, FormatOf(invocation), place.clock(), place.redactor());
  Post post(invocation, place);
  if (Status good = CheckDeliveries(invocation, post); !good.ok()) return invocation.Fail(good);
  if (post.deliveries.ok()) options.deliveries = post.deliveries->Names();
  auto serving = ServeDaemon(invocation, health, journal);
  if (!serving.ok()) return invocation.Fail(serving.status());
  daemon::Daemon daemon(PlacesOf(invocation, place), PartsOf(invocation, place, journal, post), options);
  const Status ended = daemon.Run();
  if (ended.ok()) return 0;
  const int code = invocation.Fail(ended);
  return ended.code() == Code::kCancelled && daemon.stopped_by() != 0 ? 128 + daemon.stopped_by() : code;
}

int ServeCommand(Invocation& invocation) {
  auto store = OpenStore(invocation, true);
  if (!store.ok()) return invocation.Fail(store.status());   // Said now, not at the first request.
  store->reset();
  // Blocked before the server's threads begin, so that they are waited for here alone.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  auto server = ListenFor(invocation);
  if (!server.ok()) return invocation.Fail(server.status());
  const auto address = ReadAddress(invocation.Value("--listen", "127.0.0.1:9180"));
  if (!address.ok()) return invocation.Fail(address.status());
  const std::string host = address->host.find(':') == std::string::npos ? address->host : "[" + address->host + "]";
  if (!IsLoopback(address->host)) {
    *invocation.err << "upkeep: "
                    << invocation.Say("every report can be read by whoever reaches " + host + ": there is no login") << "\n";
  }
  *invocation.err << "upkeep: "
                  << invocation.Say("serving http://" + host + ":" + std::to_string((*server)->port()) +
                                    "/ (read-only; end with Ctrl-C)")
                  << std::endl;
  const Serving serving(std::move(*server));
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}

}  // namespace

std::vector<Command> MakeDaemonCommands() {
  const Option reports{"--reports", "FOLDER", "Where reports without a path go (default: beside the store)", false, {}};
  const Option log{"--log", "FORMAT", "Of the log on standard error (default: text)", false, {"text", "json"}};
  const Option deliveries{"--deliveries", "FILE", "Where reports can be delivered (UPKEEP_DELIVERIES)", false, {}};
  const Option zone{"--zone", "NAME", "Whose days the served reports mean (default: UTC)", false, {}};
  Command tick, daemon, serve;
  tick.name = "tick";
  tick.summary = "Run what is due of one schedule and account for the rest: for a CronJob";
  tick.options = {{"--schedule", "ID", "The schedule", false, {}}, reports, deliveries, log,
                  {"--exit-on", "STATE", "From which state on the exit code is not 0 (default: never)", false,
                   {"critical", "warning", "unknown", "never"}}};
  tick.examples = "  upkeep tick --schedule daily\n";
  tick.run = TickCommand;
  daemon.name = "daemon";
  daemon.summary = "Run schedules as they come due, until SIGTERM";
  daemon.options = {reports, deliveries, log,
                    {"--drain", "DURATION", "How long runs may end by themselves on SIGTERM (default: 30s)", false, {}},
                    {"--listen", "HOST:PORT", "Serve the pages of upkeep serve as well; off: not even /livez, /readyz and /metrics, which 127.0.0.1:9180 has otherwise", false, {}},
                    {"--control", "PATH", "The control socket of ps, cancel and pause (default: beside the store)", false, {}}, zone,
                    {"--standby", "", "Wait for the daemon that runs on this store, and take over when it ends", false, {}},
                    {"--lease", "[NAMESPACE/]NAME", "Several daemons on this store: who holds this Kubernetes Lease leads, the others stand by", false, {}},
                    {"--lease-duration", "DURATION", "After which a leader that says nothing is replaced (default: 15s)", false, {}},
                    {"--lease-kubeconfig", "FILE", "Whose cluster has the Lease (default: the pod's own)", false, {}}};
  daemon.examples =
      "  upkeep daemon --listen 127.0.0.1:9180\n"
      "  upkeep daemon --standby\n"
      "  upkeep daemon --lease upkeep/upkeep --lease-duration 15s\n";
  daemon.run = DaemonCommand;
  serve.name = "serve";
  serve.summary = "Show reports, runs and metrics over HTTP, read-only";
  serve.options = {{"--listen", "HOST:PORT", "Default: 127.0.0.1:9180", false, {}}, zone};
  serve.examples = "  upkeep serve --listen 127.0.0.1:9180\n";
  serve.run = ServeCommand;
  return {tick, daemon, serve};
}

}  // namespace upkeep::cli
