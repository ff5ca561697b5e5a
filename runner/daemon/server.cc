// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/server.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "base/korean.h"
#include "base/zone/zone.h"
#include "reports/render.h"
#include "runner/daemon/http_server.h"
#include "runner/daemon/page_turns.h"
#include "runner/daemon/pages.h"
#include "runner/daemon/prometheus.h"
#include "runner/daemon/report_period.h"

namespace upkeep::daemon {
namespace {

using httplib::Request;
using httplib::Response;

constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kText = "text/plain; charset=utf-8";
constexpr std::int64_t kRunsShown = 100;
constexpr std::size_t kPagesAtOnce = 4, kPagesWaiting = 12;

int StatusFor(const Status& status) {
  switch (status.code()) {
    case Code::kNotFound: return 404;
    case Code::kUsage:
    case Code::kInvalid: return 400;
    case Code::kStore:
    case Code::kBusy: return 503;
    default: return 500;
  }
}

bool IsLoopback(const std::string& name) {
  return name == "localhost" || name == "[::1]" || name == "::1" || name.starts_with("127.");
}

/// "localhost" of "localhost:9180"; an IPv6 address keeps its brackets.
std::string HostOfHeader(const std::string& header) {
  if (header.starts_with("[")) return header.substr(0, header.find(']') + 1);
  return header.substr(0, header.find(':'));
}

std::string FirstNumber(const std::string& text) {
  return text.size() > 18 ? "" : text;   // More digits are no run of ours.
}

}  // namespace

struct Server::Impl {
  ServerOptions options;
  zone::Zone zone = zone::Zone::Utc();
  SystemClock clock;
  HttpServer http;
  mutable PageTurns turns{kPagesAtOnce, kPagesWaiting};
  int port = 0;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false, running = false;

  void Route();
  std::string Language(const Request& request) const {
    const std::string asked = request.get_param_value("lang");
    return asked == "ko" || asked == "en" ? asked : options.language;
  }
  void Fail(const Request& request, Response& response, const Status& status) const {
    response.status = StatusFor(status);
    const std::string language = Language(request);
    response.set_content(
        MessagePage(In(language, status.message()), In(language, status.hint()), language), kHtml);
  }
  /// Opens a store for one request and answers with what `make` makes of it.
  void Answer(const Request& request, Response& response, const char* type,
              const std::function<Result<std::string>(store::Store&)>& make) const {
    const PageTurns::Turn turn(turns);
    if (!turn.taken()) return Fail(request, response, Status(Code::kBusy, "too many pages are asked for at once"));
    auto store = options.open_store();
    if (!store.ok()) return Fail(request, response, store.status());
    auto text = make(**store);
    if (!text.ok()) return Fail(request, response, text.status());
    response.set_content(std::move(*text), type);
  }
  Result<std::string> Report(store::Store& store, const store::ReportQuery& query,
                             const std::string& language) const {
    auto model = store.FillReport(query);
    if (!model.ok()) return model.status();
    reports::RenderOptions render;
    render.language = language;
    render.links = PageLinks(language);
    return reports::Render("html", *model, render);
  }
  Result<std::string> Latest(store::Store& store, const std::string& language) const;
  Result<std::string> Metrics(store::Store& store) const;
  Status Ready() const;
  void RoutePages();
  bool Refuse(const Request& request, Response& response) const;
};

Result<std::string> Server::Impl::Latest(store::Store& store, const std::string& language) const {
  store::RunFilter newest;
  newest.state = store::RunState::kFinished;
  newest.limit = 1;
  auto runs = store.Runs(newest);
  if (!runs.ok()) return runs.status();
  if (runs->empty()) return RunsPage({}, language);
  store::ReportQuery query;
  query.kind = reports::ReportKind::kRun;
  query.run = runs->front().id;
  return Report(store, query, language);
}

Result<std::string> Server::Impl::Metrics(store::Store& store) const {
  auto text = StoreMetrics(store, clock.Now());
  if (text.ok() && options.health != nullptr) *text += options.health->Metrics();
  return text;
}

Status Server::Impl::Ready() const {
  if (options.health != nullptr) {
    UPKEEP_RETURN_IF_ERROR(options.health->Live());
    UPKEEP_RETURN_IF_ERROR(options.health->Ready());
  }
  if (options.open_to_write) {
    auto store = options.open_to_write();
    const Status writable = store.ok() ? (*store)->CheckWritable() : store.status();
    return writable.code() == Code::kBusy ? Status::Ok() : writable;   // Somebody else writes.
  }
  auto store = options.open_store();
  return store.ok() ? (*store)->Head().status() : store.status();
}

bool Server::Impl::Refuse(const Request& request, Response& response) const {
  response.set_header("Content-Security-Policy",
                      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
                      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("X-Frame-Options", "DENY");
  response.set_header("Referrer-Policy", "no-referrer");
  response.set_header("Cache-Control", "no-store");
  response.set_header("Cross-Origin-Resource-Policy", "same-origin");
  if (request.method != "GET" && request.method != "HEAD") {
    response.status = 405;
    response.set_header("Allow", "GET, HEAD");
    response.set_content("only GET and HEAD: nothing can be changed here\n", kText);
    return true;
  }
  if (IsLoopback(options.host) && !IsLoopback(HostOfHeader(request.get_header_value("Host")))) {
    response.status = 421;
    response.set_content("this address answers only to its own name\n", kText);
    return true;
  }
  return false;
}

void Server::Impl::RoutePages() {
  http.Get("/", [this](const Request& request, Response& response) {
    Answer(request, response, kHtml,
           [&](store::Store& store) { return Latest(store, Language(request)); });
  });
  http.Get("/runs", [this](const Request& request, Response& response) {
    Answer(request, response, kHtml, [&](store::Store& store) -> Result<std::string> {
      store::RunFilter filter;
      filter.limit = kRunsShown;
      auto runs = store.Runs(filter);
      if (!runs.ok()) return runs.status();
      return RunsPage(*runs, Language(request));
    });
  });
  http.Get(R"(/runs/([0-9]+))", [this](const Request& request, Response& response) {
    Answer(request, response, kHtml, [&](store::Store& store) -> Result<std::string> {
      const std::string number = FirstNumber(request.matches[1].str());
      store::ReportQuery query;
      query.kind = reports::ReportKind::kRun;
      query.run = number.empty() ? 0 : std::stoll(number);
      return Report(store, query, Language(request));
    });
  });
  http.Get(R"(/report/([a-z]+))", [this](const Request& request, Response& response) {
    Answer(request, response, kHtml, [&](store::Store& store) -> Result<std::string> {
      auto kind = ReportKindFromName(request.matches[1].str());
      if (!kind.ok()) return Status(Code::kNotFound, kind.status().message());
      return Report(store, CalendarPeriod(*kind, zone, clock.Now()), Language(request));
    });
  });
}

void Server::Impl::Route() {
  http.set_pre_routing_handler([this](const Request& request, Response& response) {
    return Refuse(request, response) ? httplib::Server::HandlerResponse::Handled
                                     : httplib::Server::HandlerResponse::Unhandled;
  });
  if (options.pages) RoutePages();
  http.Get("/metrics", [this](const Request& request, Response& response) {
    Answer(request, response, "text/plain; version=0.0.4; charset=utf-8",
           [&](store::Store& store) { return Metrics(store); });
  });
  http.Get("/livez", [this](const Request&, Response& response) {
    const Status live = options.health == nullptr ? Status::Ok() : options.health->Live();
    if (!live.ok()) response.status = 503;
    response.set_content(live.ok() ? "ok\n" : live.message() + "\n", kText);
  });
  http.Get("/readyz", [this](const Request&, Response& response) {
    const Status ready = Ready();
    if (!ready.ok()) response.status = 503;
    response.set_content(ready.ok() ? "ok\n" : ready.message() + "\n", kText);
  });
  http.set_error_handler([this](const Request& request, Response& response) {
    if (!response.body.empty()) return;
    const std::string language = Language(request);
    response.set_content(response.status == 404 ? NoSuchPage(language)
                                                : MessagePage(std::to_string(response.status), "", language),
                         kHtml);
  });
  http.set_exception_handler([](const Request&, Response& response, std::exception_ptr) {
    response.status = 500;
    response.set_content("a fault inside upkeep\n", kText);
  });
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;
int Server::port() const { return impl_->port; }

void Server::Run() {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopped) return;
    impl_->running = true;
  }
  impl_->http.listen_after_bind();
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->running = false;
  }
  impl_->changed.notify_all();
}

void Server::Stop() {
  std::unique_lock lock(impl_->mutex);
  impl_->stopped = true;
  // httplib forgets a stop() that comes before its loop has begun, and tells nobody when it does.
  while (impl_->running && !impl_->http.is_running()) {
    impl_->changed.wait_for(lock, std::chrono::milliseconds(1));
  }
  if (impl_->running) impl_->http.End();
}

Result<std::unique_ptr<Server>> Server::Listen(ServerOptions options) {
  auto impl = std::make_unique<Impl>();
  auto zone = zone::Zone::Load(options.zone);
  if (!zone.ok()) return Status(Code::kUsage, zone.status().message()).WithHint(zone.status().hint());
  impl->zone = *zone;
  impl->options = std::move(options);
  impl->http.set_request_deadline(impl->options.request_deadline);
  impl->http.set_socket_options([](socket_t socket) {
    // After a restart at once, but httplib's own SO_REUSEPORT would let two daemons share the port.
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  impl->http.set_payload_max_length(0);
  impl->Route();
  const std::string& host = impl->options.host;
  if (impl->options.port == 0) {
    impl->port = impl->http.bind_to_any_port(host.c_str());
  } else if (impl->http.bind_to_port(host.c_str(), impl->options.port)) {
    impl->port = impl->options.port;
  }
  if (impl->port <= 0) {
    return Status(Code::kConfig, "cannot listen on " + host + ":" +
                                     std::to_string(impl->options.port) + ": the address is in use "
                                     "or not of this machine")
        .WithHint("name another with --listen HOST:PORT");
  }
  impl->http.DeepenBacklog();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

}  // namespace upkeep::daemon
