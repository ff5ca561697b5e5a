// SPDX-License-Identifier: Apache-2.0
#include "runner/run/modules.h"

#include <utility>

#include "checks/dns/module.h"
#include "checks/http/module.h"
#include "checks/http/url.h"
#include "checks/kubernetes/module.h"
#include "checks/plugin/module.h"
#include "checks/postgres/module.h"
#include "checks/redis/module.h"
#include "checks/targets/secrets.h"
#include "checks/targets/tls_files.h"
#include "checks/tls/module.h"
#include "runner/run/cluster_secrets.h"

namespace upkeep::run {
namespace {

using checks::Target;
using checks::TargetKind;

Result<kubernetes::Access> AccessOf(const Target& target, Redactor& redactor) {
  if (target.in_cluster) return kubernetes::InClusterAccess(redactor);
  return kubernetes::ReadKubeconfig(target.kubeconfig, target.context, redactor);
}

}  // namespace

bool TlsIsVerified(const Target& target) {
  if (target.kind != TargetKind::kKubernetes) return target.tls.verified();
  Redactor unused;   // What is read here is dropped.
  const auto verified = [&unused](const std::string& file, const std::string& context) {
    if (file.empty()) return true;
    // Nothing else turns verification off, and to read YAML costs a millisecond before the first request.
    const Result<std::string> text = kubernetes::ReadSmallFile(file);
    if (text.ok() && text->find("insecure-skip-tls-verify") == std::string::npos &&
        text->find('\\') == std::string::npos) {
      return true;
    }
    const auto access = kubernetes::ReadKubeconfig(file, context, unused);
    return !access.ok() || access->tls.verify;
  };
  return verified(target.kubeconfig, target.context) &&
         verified(target.write_kubeconfig, target.write_context);
}

Status CheckKubeconfig(const Target& target, Redactor& redactor) {
  if (target.kind != TargetKind::kKubernetes || target.kubeconfig.empty()) return Status::Ok();
  Status read = kubernetes::ReadKubeconfig(target.kubeconfig, target.context, redactor).status();
  return read.place() ? read : Status::Ok();
}

struct ModuleFactory::Impl {
  io::Reactor& reactor;
  const Clock& clock;
  Redactor& redactor;
  ClusterSecrets cluster_secrets;
  checks::Secrets secrets;

  Impl(io::Reactor& the_reactor, const Clock& the_clock, Redactor& the_redactor,
       const checks::Inventory& inventory)
      : reactor(the_reactor), clock(the_clock), redactor(the_redactor),
        cluster_secrets(the_reactor, the_redactor, inventory),
        secrets(the_reactor, the_redactor, &cluster_secrets) {}

  Task<Result<Modules>> Make(const Target& target, bool write, Limits limits);
  Task<Result<Modules>> MakeOwn(const Target& target, bool write, Limits limits);
  Result<Modules> MakeKubernetes(const Target& target, bool write);
  Task<Result<Modules>> MakeHttp(const Target& target, Limits limits);
  Result<Modules> MakeTls(const Target& target);
};

Result<Modules> ModuleFactory::Impl::MakeKubernetes(const Target& target, bool write) {
  Result<kubernetes::Access> access = AccessOf(target, redactor);
  if (!access.ok()) return access.status();
  kubernetes::ClientOptions options;
  options.request_time = std::chrono::ceil<std::chrono::milliseconds>(target.time_limit);
  auto reader = std::make_unique<kubernetes::KubernetesClient>(reactor, std::move(*access), redactor, options);
  std::unique_ptr<kubernetes::KubernetesClient> writer;
  if (write) {
    if (target.write_kubeconfig.empty()) {
      return Status(Code::kDenied, "the target " + target.name + " has no write identity, so nothing there can be changed")
          .WithHint("give it one in the inventory: write: {kubeconfig: FILE}");
    }
    Result<kubernetes::Access> write_access =
        kubernetes::ReadKubeconfig(target.write_kubeconfig, target.write_context, redactor);
    if (!write_access.ok()) return write_access.status();
    writer = std::make_unique<kubernetes::KubernetesClient>(reactor, std::move(*write_access), redactor, options);
  }
  Modules modules;
  modules.push_back(std::make_unique<kubernetes::KubernetesModule>(std::move(reader), std::move(writer)));
  return modules;
}

Task<Result<Modules>> ModuleFactory::Impl::MakeHttp(const Target& target, Limits limits) {
  Result<io::TlsOptions> tls = checks::ReadTlsFiles(target.tls, redactor);
  if (!tls.ok()) co_return tls.status();
  Result<http::Url> url = http::ParseUrl(target.url);
  if (!url.ok()) co_return url.status();
  checks::SecretSource source = target.password;
  Result<std::string> password = co_await secrets.Read(source, limits);
  if (!password.ok()) co_return password.status();
  Modules modules;
  http::Endpoint endpoint;
  endpoint.url = target.url;
  endpoint.tls = *tls;
  endpoint.user = target.user;
  endpoint.password = std::move(*password);
  endpoint.time_limit = target.time_limit;
  modules.push_back(http::MakeHttpModule(reactor, std::move(endpoint)));
  if (url->scheme == "https") {
    tls::Endpoint certificate;
    certificate.host = url->host;
    certificate.port = url->port;
    certificate.tls = std::move(*tls);
    certificate.time_limit = target.time_limit;
    modules.push_back(tls::MakeTlsModule(reactor, std::move(certificate), clock));
  }
  co_return modules;
}

Result<Modules> ModuleFactory::Impl::MakeTls(const Target& target) {
  Result<io::TlsOptions> tls = checks::ReadTlsFiles(target.tls, redactor);
  if (!tls.ok()) return tls.status();
  tls::Endpoint endpoint;
  endpoint.host = target.host;
  endpoint.port = target.port == 0 ? 443 : target.port;
  endpoint.tls = std::move(*tls);
  endpoint.time_limit = target.time_limit;
  Modules modules;
  modules.push_back(tls::MakeTlsModule(reactor, std::move(endpoint), clock));
  return modules;
}

/// The modules of the kind of target.
Task<Result<Modules>> ModuleFactory::Impl::MakeOwn(const Target& target, bool write, Limits limits) {
  Modules modules;
  switch (target.kind) {
    case TargetKind::kKubernetes:
      co_return MakeKubernetes(target, write);
    case TargetKind::kPostgres:
      if (write && target.write_user.empty()) {
        co_return Status(Code::kDenied, "the target " + target.name + " has no write identity, so nothing there can be changed")
            .WithHint("give it one in the inventory: write: {user: ROLE, password: …}");
      }
      modules.push_back(postgres::MakePostgresModule(
          reactor, target, secrets, write ? postgres::Identity::kWrite : postgres::Identity::kRead));
      co_return modules;
    case TargetKind::kRedis:
      modules.push_back(redis::MakeRedisModule(reactor, target, secrets));
      co_return modules;
    case TargetKind::kHttp: {
      Result<Modules> made = co_await MakeHttp(target, limits);
      co_return made;
    }
    case TargetKind::kTls:
      co_return MakeTls(target);
    case TargetKind::kDns: {
      dns::Endpoint endpoint;
      endpoint.host = target.host;
      endpoint.time_limit = target.time_limit;
      modules.push_back(dns::MakeDnsModule(reactor, std::move(endpoint)));
      co_return modules;
    }
    case TargetKind::kMysql:
    case TargetKind::kHost:
      co_return modules;
  }
  co_return modules;
}

Task<Result<Modules>> ModuleFactory::Impl::Make(const Target& target, bool write, Limits limits) {
  Result<Modules> modules = co_await MakeOwn(target, write, std::move(limits));
  if (!modules.ok()) co_return modules;
  // A host has nothing but plugins; that it has none is what a playbook can find there.
  if (!target.plugins.empty() || target.kind == TargetKind::kHost) {
    plugin::Plugins plugins;
    plugins.target = target.name;
    plugins.commands = target.plugins;
    plugins.time_limit = target.time_limit;
    modules->push_back(plugin::MakePluginModule(reactor, std::move(plugins)));
  }
  co_return modules;
}

ModuleFactory::ModuleFactory(io::Reactor& reactor, const Clock& clock, Redactor& redactor,
                             const checks::Inventory& inventory)
    : impl_(std::make_unique<Impl>(reactor, clock, redactor, inventory)) {}

ModuleFactory::~ModuleFactory() = default;

ModuleMaker ModuleFactory::maker() const {
  return [impl = impl_.get()](const Target& target, Limits limits) {
    return impl->Make(target, false, limits);
  };
}

ModuleMaker ModuleFactory::write_maker() const {
  return [impl = impl_.get()](const Target& target, Limits limits) {
    return impl->Make(target, true, limits);
  };
}

}  // namespace upkeep::run
