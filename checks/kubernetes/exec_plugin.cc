// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/exec_plugin.h"

#include <unistd.h>

#include <string_view>
#include <utility>
#include <vector>

#include "base/value.h"
#include "checks/kubernetes/encoding.h"
#include "checks/targets/command.h"

extern char** environ;

namespace upkeep::kubernetes {
namespace {

constexpr std::size_t kMaxOutput = std::size_t{1} << 20;
constexpr std::size_t kMaxMessages = std::size_t{4} << 10;

std::vector<std::string> Environment(const ExecPlugin& plugin, const std::string& exec_info) {
  std::vector<std::string> added;
  for (const auto& [name, value] : plugin.environment) added.push_back(name + "=" + value);
  added.push_back("KUBERNETES_EXEC_INFO=" + exec_info);
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    bool replaced = false;
    for (const std::string& mine : added) replaced = replaced || mine.starts_with(name);
    if (!replaced) all.emplace_back(text);
  }
  for (std::string& entry : added) all.push_back(std::move(entry));
  return all;
}

Status Fault(const ExecPlugin& plugin, Code code, const std::string& what) {
  return Status(code, "credential plugin " + plugin.arguments.front() + ": " + what)
      .WithHint(plugin.install_hint);
}

}  // namespace

std::string ExecInfo(const ExecPlugin& plugin, const Access& access) {
  Value info{{"apiVersion", plugin.api_version},
             {"kind", "ExecCredential"},
             {"spec", {{"interactive", false}}}};
  if (plugin.provide_cluster_info) {
    Value cluster{{"server", access.server}};
    if (!access.tls.verify) cluster["insecure-skip-tls-verify"] = true;
    if (!access.tls.server_name.empty()) cluster["tls-server-name"] = access.tls.server_name;
    if (!access.tls.ca_pem.empty()) {
      cluster["certificate-authority-data"] = EncodeBase64(access.tls.ca_pem);
    }
    info["spec"]["cluster"] = std::move(cluster);
  }
  return CanonicalJson(info);
}

Result<ExecCredential> ParseExecCredential(const std::string& json, const ExecPlugin& plugin) {
  // No word of the output goes into a message: it may hold the secret.
  Result<Value> value = ParseJson(json);
  if (!value.ok() || !value->is_object()) {
    return Fault(plugin, Code::kError, "it printed no JSON object");
  }
  if (StringAt(*value, "kind") != "ExecCredential" ||
      StringAt(*value, "apiVersion") != plugin.api_version) {
    return Fault(plugin, Code::kError, "it printed no ExecCredential of " + plugin.api_version);
  }
  const Value status = value->value("status", Value());
  ExecCredential credential;
  credential.token = StringAt(status, "token");
  credential.certificate_pem = StringAt(status, "clientCertificateData");
  credential.private_key_pem = StringAt(status, "clientKeyData");
  if (credential.certificate_pem.empty() != credential.private_key_pem.empty()) {
    return Fault(plugin, Code::kError, "it gave a certificate or a key without the other");
  }
  if (credential.token.empty() && credential.certificate_pem.empty()) {
    return Fault(plugin, Code::kError, "it gave neither a token nor a certificate");
  }
  if (const std::string expires = StringAt(status, "expirationTimestamp"); !expires.empty()) {
    Result<Instant> instant = ParseRfc3339(expires);
    if (!instant.ok()) return Fault(plugin, Code::kError, "its expirationTimestamp is no time");
    credential.expires = *instant;
  }
  return credential;
}

Task<Result<ExecCredential>> RunExecPlugin(io::Reactor& reactor, ExecPlugin plugin, std::string exec_info,
                                           Limits limits) {
  checks::Command command;
  command.arguments = plugin.arguments;
  command.environment = Environment(plugin, exec_info);
  command.max_output = kMaxOutput;
  command.max_messages = kMaxMessages;
  const Result<checks::Ended> end = co_await checks::RunToEnd(reactor, std::move(command), std::move(limits));
  switch (end.status().code()) {
    case Code::kOk: break;
    case Code::kTimeout: co_return Fault(plugin, Code::kTimeout, "it did not end in time");
    case Code::kTruncated: co_return Fault(plugin, Code::kTruncated, "it printed more than 1 MiB");
    default: co_return Fault(plugin, end.status().code(), end.status().message()).At(plugin.place);
  }
  if (end->exit == 0) co_return ParseExecCredential(end->output, plugin);
  const std::string how = end->signal == 0 ? "it failed with exit code " + std::to_string(end->exit)
                                           : "it was ended by signal " + std::to_string(end->signal);
  std::string_view said = end->messages;
  while (!said.empty() && (said.back() == '\n' || said.back() == ' ')) said.remove_suffix(1);
  co_return Fault(plugin, Code::kError, said.empty() ? how : how + ": " + std::string(said));
}

}  // namespace upkeep::kubernetes
