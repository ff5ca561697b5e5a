// SPDX-License-Identifier: Apache-2.0
#include "checks/targets/target_reader.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/text.h"

namespace upkeep::checks {
namespace {

using yaml::MappingReader;
using yaml::Node;

constexpr int kMaxPort = 65535;

constexpr TargetKind kKinds[] = {TargetKind::kKubernetes, TargetKind::kPostgres, TargetKind::kRedis,
                                 TargetKind::kMysql,      TargetKind::kHttp,     TargetKind::kTls,
                                 TargetKind::kDns,        TargetKind::kHost};

int DefaultPort(TargetKind kind) {
  switch (kind) {
    case TargetKind::kPostgres: return 5432;
    case TargetKind::kRedis: return 6379;
    case TargetKind::kMysql: return 3306;
    case TargetKind::kTls: return 443;
    default: return 0;
  }
}

void ReadKubernetes(MappingReader& reader, const Node& node, ReadContext& context, Target& target) {
  target.kubeconfig = ResolvePath(reader.OptionalString("kubeconfig"), context.folder);
  target.context = reader.OptionalString("context");
  target.in_cluster = reader.OptionalBool("inCluster", false);
  if (target.in_cluster && !target.kubeconfig.empty()) {
    reader.Error(*node.Find("inCluster"), "a cluster has a kubeconfig or inCluster: true, not both");
  } else if (!target.in_cluster && target.kubeconfig.empty()) {
    reader.Error(node, "a kubernetes target needs a kubeconfig or inCluster: true",
                 "write kubeconfig: PATH");
  }
  if (const Node* const write = reader.Take("write"); write != nullptr) {
    MappingReader inner(context.document, *write, "write", context.errors);
    target.write_kubeconfig = ResolvePath(inner.RequiredString("kubeconfig"), context.folder);
    target.write_context = inner.OptionalString("context");
    inner.Finish();
  }
}

void ReadDatabase(MappingReader& reader, ReadContext& context, Target& target) {
  target.host = reader.RequiredString("host");
  target.port = static_cast<int>(reader.OptionalInteger("port", DefaultPort(target.kind), 1, kMaxPort));
  if (target.kind == TargetKind::kRedis) {
    target.user = reader.OptionalString("user");
  } else {
    target.user = reader.RequiredString("user");
    target.database = reader.OptionalString("database", target.kind == TargetKind::kPostgres ? "postgres" : "");
  }
  target.password = ReadSecret(reader, "password", context);
  target.tls = ReadTls(reader, context);
  target.role = reader.OptionalChoice("role", {"any", "primary", "standby", "replica"});
  if (target.role == "any") target.role.clear();
  if (const Node* const write = reader.Take("write"); write != nullptr) {
    MappingReader inner(context.document, *write, "write", context.errors);
    target.write_user = inner.RequiredString("user");
    target.write_password = ReadSecret(inner, "password", context);
    if (!target.write_user.empty() && target.write_user == target.user) {
      inner.Error(*write->Find("user"), "the write identity must not be the one that reads",
                  "make a role of its own for changes");
    }
    inner.Finish();
  }
}

void ReadHttp(MappingReader& reader, ReadContext& context, Target& target) {
  target.url = reader.RequiredString("url");
  const Node* const url = reader.Take("url");
  const bool https = target.url.starts_with("https://");
  if (url != nullptr && !https && !target.url.starts_with("http://")) {
    reader.Error(*url, "'url' must begin with http:// or https://");
  } else if (url != nullptr && WithoutSecrets(target.url) != target.url) {
    reader.Error(*url, "'url' must not hold a user and a password", "write user: and password: {file: PATH}");
    target.url = WithoutSecrets(target.url);
  }
  target.method = reader.OptionalChoice("method", {"GET", "HEAD"});
  target.expect_status = static_cast<int>(reader.OptionalInteger("expectStatus", 200, 100, 599));
  target.expect_body = reader.OptionalString("expectBody");
  if (!target.expect_body.empty() && target.method == "HEAD") {
    reader.Error(*reader.Take("expectBody"), "an answer to HEAD has no body to expect", "write method: GET");
  }
  target.user = reader.OptionalString("user");
  target.password = ReadSecret(reader, "password", context);
  target.tls = ReadTls(reader, context);
  if (const Node* const tls = reader.Take("tls"); tls != nullptr && !https && target.tls.mode != "disable") {
    reader.Error(*tls, "'tls' means nothing for an http:// URL", "write https://");
  }
  if (https && target.tls.mode == "disable") {
    reader.Error(*reader.Take("tls"), "an https URL cannot have tls mode: disable",
                 "write http://, or mode: require for TLS that is not verified");
  }
}

void ReadKind(MappingReader& reader, const Node& node, ReadContext& context, Target& target) {
  switch (target.kind) {
    case TargetKind::kKubernetes: ReadKubernetes(reader, node, context, target); break;
    case TargetKind::kPostgres:
    case TargetKind::kRedis:
    case TargetKind::kMysql: ReadDatabase(reader, context, target); break;
    case TargetKind::kHttp: ReadHttp(reader, context, target); break;
    case TargetKind::kTls:
      target.host = reader.RequiredString("host");
      target.port = static_cast<int>(reader.OptionalInteger("port", DefaultPort(target.kind), 1, kMaxPort));
      target.tls = ReadTls(reader, context);
      break;
    case TargetKind::kDns:
    case TargetKind::kHost: target.host = reader.RequiredString("host"); break;
  }
}

void ReadLabels(MappingReader& reader, ReadContext& context, Target& target) {
  const Node* const node = reader.Take("labels");
  if (node == nullptr) return;
  MappingReader labels(context.document, *node, "labels", context.errors);
  for (const auto& [key, value] : node->entries) {
    target.labels[key.scalar] = labels.OptionalString(key.scalar);
  }
}

/// The key `plugins`: name → program and arguments. Programs have a path: which of several a name
/// means must not hang on somebody's PATH.
void ReadPlugins(MappingReader& reader, ReadContext& context, Target& target) {
  const Node* const node = reader.Take("plugins");
  if (node == nullptr) return;
  MappingReader plugins(context.document, *node, "plugins", context.errors);
  for (const auto& [key, value] : node->entries) {
    const std::string& name = key.scalar;
    constexpr std::string_view kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    if (name.empty() || name.find_first_not_of(kLetters) != std::string::npos) {
      plugins.Error(key, "'" + name + "' is no name for a plugin", "letters, digits, '_', '-' and '.'");
    }
    std::vector<std::string> words = plugins.OptionalStrings(name);
    if (words.empty() || words[0].find('/') == std::string::npos) {
      plugins.Error(value, "a plugin is a list: the program's path and its arguments",
                    "write [/usr/lib/nagios/plugins/check_load, -w, \"5,4,3\"]");
      continue;
    }
    words[0] = ResolvePath(words[0], context.folder);
    target.plugins[name] = std::move(words);
  }
}

/// The kind alone, read before the other keys since it decides which there are.
bool ReadKindName(MappingReader& reader, Target& target) {
  std::vector<std::string> names;
  for (const TargetKind kind : kKinds) names.emplace_back(TargetKindName(kind));
  const std::string name = reader.RequiredString("kind");
  for (const TargetKind kind : kKinds) {
    if (TargetKindName(kind) == name) {
      target.kind = kind;
      return true;
    }
  }
  if (!name.empty()) (void)reader.OptionalChoice("kind", names);
  return false;
}

}  // namespace

SecretSource ReadSecret(yaml::MappingReader& parent, std::string_view key, ReadContext& context) {
  SecretSource source;
  const Node* const node = parent.Take(key);
  if (node == nullptr) return source;
  if (node->kind != yaml::Kind::kMapping) {
    parent.Error(*node, "'" + std::string(key) + "' must say where the secret is, not what it is",
                 "write " + std::string(key) + ": {file: PATH}, or environment, exec or secret");
    return source;
  }
  MappingReader reader(context.document, *node, "a secret's source", context.errors);
  source.file = ResolvePath(reader.OptionalString("file"), context.folder);
  source.environment = reader.OptionalString("environment");
  source.exec = reader.OptionalStrings("exec");
  const Node* const secret = reader.Take("secret");
  if (secret != nullptr) {
    MappingReader inner(context.document, *secret, "a Kubernetes Secret's source", context.errors);
    source.cluster = inner.RequiredString("cluster");
    source.secret_namespace = inner.RequiredString("namespace");
    source.secret_name = inner.RequiredString("name");
    source.secret_key = inner.RequiredString("key");
    inner.Finish();
    if (!source.cluster.empty()) context.references.push_back({source.cluster, secret->Find("cluster")});
  }
  // A program is found by PATH when it has no slash, and beside the inventory when it has.
  if (!source.exec.empty() && source.exec[0].find('/') != std::string::npos) {
    source.exec[0] = ResolvePath(source.exec[0], context.folder);
  }
  const int set = (source.file.empty() ? 0 : 1) + (source.environment.empty() ? 0 : 1) +
                  (source.exec.empty() ? 0 : 1) + (secret == nullptr ? 0 : 1);
  if (set != 1 && reader.ok()) {
    reader.Error(*node, set == 0 ? "this secret has no source" : "this secret has more than one source",
                 "write one of file, environment, exec and secret");
  }
  reader.Finish();
  return source;
}

TlsSettings ReadTls(yaml::MappingReader& parent, ReadContext& context) {
  TlsSettings tls;
  const Node* const node = parent.Take("tls");
  if (node == nullptr) return tls;
  MappingReader reader(context.document, *node, "tls", context.errors);
  tls.mode = reader.OptionalChoice("mode", {"verify-full", "verify-ca", "require", "disable"});
  tls.ca_file = ResolvePath(reader.OptionalString("caFile"), context.folder);
  tls.certificate_file = ResolvePath(reader.OptionalString("certificateFile"), context.folder);
  tls.key_file = ResolvePath(reader.OptionalString("keyFile"), context.folder);
  tls.server_name = reader.OptionalString("serverName");
  if (node->kind == yaml::Kind::kMapping && tls.certificate_file.empty() != tls.key_file.empty()) {
    reader.Error(*node, "a client certificate needs both certificateFile and keyFile");
  }
  if (!tls.verified() && !tls.ca_file.empty()) {
    reader.Error(*node->Find("caFile"), "caFile is not used with mode: " + tls.mode,
                 "write mode: verify-full, or remove caFile");
  }
  reader.Finish();
  return tls;
}

bool IsTargetName(std::string_view name) {
  constexpr std::size_t kLongest = 63;
  return !name.empty() && name.size() <= kLongest && name.front() != '-' && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

std::string ResolvePath(const std::string& path, const std::string& folder) {
  if (path.empty() || path.front() == '/') return path;
  const char* const home = std::getenv("HOME");
  if (path.starts_with("~/") && home != nullptr) return std::string(home) + path.substr(1);
  if (folder.empty()) return path;
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

Target ReadTarget(const Node& node, ReadContext& context) {
  Target target;
  target.place = context.document.PlaceOf(node);
  MappingReader first(context.document, node, "a target", context.errors);
  if (node.kind != yaml::Kind::kMapping) return target;
  if (!ReadKindName(first, target)) {
    // Which other keys there are depends on the kind, so none of them is judged.
    target.name = first.RequiredString("name");
    return target;
  }
  MappingReader reader(context.document, node, "a " + std::string(TargetKindName(target.kind)) + " target",
                       context.errors);
  reader.Take("kind");
  target.name = reader.RequiredString("name");
  if (!target.name.empty() && !IsTargetName(target.name)) {
    reader.Error(*node.Find("name"), "'" + target.name + "' is no name for a target",
                 "lower-case letters, digits and '-', at most 63");
  }
  target.owner = reader.OptionalString("owner");
  target.expects = reader.OptionalStrings("expects");
  ReadLabels(reader, context, target);
  ReadPlugins(reader, context, target);
  ReadKind(reader, node, context, target);
  const std::chrono::microseconds usual = UsualTimeLimit(target.kind);
  target.time_limit = reader.OptionalDuration("timeLimit", usual);
  if (target.time_limit.count() <= 0) {
    reader.Error(*node.Find("timeLimit"), "'timeLimit' must be more than nothing", "write 10s");
    target.time_limit = usual;
  }
  reader.Finish();
  return target;
}

}  // namespace upkeep::checks
