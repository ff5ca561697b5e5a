// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>

#include <filesystem>
#include <string_view>

#include "base/yaml/yaml.h"
#include "checks/kubernetes/access.h"
#include "checks/kubernetes/encoding.h"
#include "checks/targets/target_reader.h"

namespace upkeep::kubernetes {
namespace {

const std::vector<std::string> kClusterKeys = {
    "server", "certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify",
    "tls-server-name", "proxy-url", "disable-compression", "extensions"};
const std::vector<std::string> kUserKeys = {
    "client-certificate", "client-certificate-data", "client-key", "client-key-data", "token",
    "tokenFile", "username", "password", "exec", "as", "as-uid", "as-groups",
    "auth-provider", "extensions"};
const std::vector<std::string> kContextKeys = {"cluster", "user", "namespace", "extensions"};
const std::vector<std::string> kExecKeys = {"apiVersion", "command", "args", "env", "installHint",
                                            "interactiveMode", "provideClusterInfo"};

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}

/// `authority` is what stands behind "http://": HOST, HOST:PORT, with a path or without.
bool IsLoopback(std::string_view authority) {
  authority = authority.substr(0, authority.find('/'));
  if (authority == "[::1]" || authority.starts_with("[::1]:")) return true;
  const std::string host(authority.substr(0, authority.find(':')));
  in_addr address{};
  const bool number = inet_pton(AF_INET, host.c_str(), &address) == 1;   // "127.evil.example" is none.
  return host == "localhost" || (number && host.starts_with("127."));
}

class KubeconfigReader {
 public:
  KubeconfigReader(const yaml::Document& document, Redactor& redactor)
      : document_(document),
        redactor_(redactor),
        folder_(std::filesystem::path(document.file).parent_path()) {}

  Result<Access> Read(const std::string& wanted) {
    Result<Access> access = ReadRoot(wanted);
    if (access.ok()) return access;
    // What is wrong in a kubeconfig is often wrong in the line that holds its secret.
    for (Status& error : errors_) error = checks::WithoutSecrets(std::move(error));
    return yaml::Combine(errors_, Code::kConfig);
  }

 private:
  Result<Access> ReadRoot(const std::string& wanted) {
    const yaml::Node& root = document_.root;
    if (root.kind != yaml::Kind::kMapping) {
      Error(root, "a kubeconfig is a mapping with clusters, users and contexts",
            "`kubectl config view --minify --flatten` prints one");
      return yaml::Combine(errors_, Code::kConfig);
    }
    yaml::MappingReader reader(document_, root, "kubeconfig", errors_);
    const yaml::Node* const current = reader.Take("current-context");
    access_.context = wanted.empty() && current != nullptr ? current->scalar : wanted;
    if (access_.context.empty()) {
      Error(root, "no context is named, and the file has no current-context",
            "name one of: " + Names("contexts"));
      return yaml::Combine(errors_, Code::kConfig);
    }
    const yaml::Node& where = wanted.empty() && current != nullptr ? *current : root;
    if (const yaml::Node* context = Named("contexts", "context", access_.context, where)) {
      ReadContext(*context);
    }
    if (!errors_.empty()) return yaml::Combine(errors_, Code::kConfig);
    return std::move(access_);
  }

  void Error(const yaml::Node& node, std::string message, std::string hint = "") {
    errors_.push_back(Status(Code::kConfig, std::move(message))
                          .WithHint(std::move(hint))
                          .At(document_.PlaceOf(node)));
  }

  std::vector<std::string> AllNames(std::string_view list) const {
    std::vector<std::string> names;
    const yaml::Node* const entries = document_.root.Find(list);
    if (entries == nullptr) return names;
    for (const yaml::Node& entry : entries->items) {
      const yaml::Node* const name = entry.Find("name");
      if (name != nullptr) names.push_back(name->scalar);
    }
    return names;
  }

  std::string Names(std::string_view list) const {
    std::string names;
    for (const std::string& name : AllNames(list)) names += (names.empty() ? "" : ", ") + name;
    return names.empty() ? "(there are none)" : names;
  }

  // The mapping `what` of the entry called `name` in `list`; reported at `where` when missing.
  const yaml::Node* Named(std::string_view list, std::string_view what, const std::string& name,
                          const yaml::Node& where) {
    const yaml::Node* const entries = document_.root.Find(list);
    if (entries != nullptr) {
      for (const yaml::Node& entry : entries->items) {
        const yaml::Node* const called = entry.Find("name");
        if (called == nullptr || called->scalar != name) continue;
        const yaml::Node* const found = entry.Find(what);
        if (found != nullptr && found->kind == yaml::Kind::kMapping) return found;
        Error(entry, std::string(what) + " \"" + name + "\" has no mapping \"" +
                         std::string(what) + "\"",
              "write " + std::string(what) + ": with its keys below");
        return nullptr;
      }
    }
    const std::string near = yaml::NearestWord(name, AllNames(list));
    Error(where, "no " + std::string(what) + " is called \"" + name + "\"",
          near.empty() ? "the file has: " + Names(list) : "did you mean \"" + near + "\"?");
    return nullptr;
  }

  // A key that nobody knows is passed over, unless it looks like a slip.
  void ReportSlips(const yaml::Node& node, const std::vector<std::string>& known) {
    for (const auto& [key, value] : node.entries) {
      bool is_known = false;
      for (const std::string& name : known) is_known = is_known || name == key.scalar;
      if (is_known) continue;
      const std::string nearest = yaml::NearestWord(key.scalar, known);
      if (nearest.empty()) continue;
      Error(key, "unknown key \"" + key.scalar + "\"", "did you mean \"" + nearest + "\"?");
    }
  }

  void ReadContext(const yaml::Node& node) {
    ReportSlips(node, kContextKeys);
    yaml::MappingReader reader(document_, node, "context", errors_);
    const yaml::Node* const cluster_name = reader.Take("cluster");
    const std::string cluster = reader.RequiredString("cluster");
    const yaml::Node* const user_name = reader.Take("user");
    const std::string user = reader.OptionalString("user");
    const std::string space = reader.OptionalString("namespace");
    if (!space.empty()) access_.default_namespace = space;
    if (cluster_name != nullptr) {
      if (const auto* found = Named("clusters", "cluster", cluster, *cluster_name)) {
        ReadCluster(*found);
      }
    }
    if (user_name != nullptr && !user.empty()) {
      if (const auto* found = Named("users", "user", user, *user_name)) ReadUser(*found);
    }
  }

  void ReadCluster(const yaml::Node& node) {
    ReportSlips(node, kClusterKeys);
    yaml::MappingReader reader(document_, node, "cluster", errors_);
    access_.server = reader.RequiredString("server");
    if (const yaml::Node* server = reader.Take("server")) CheckServer(*server);
    access_.tls.ca_pem = Pem(node, reader, "certificate-authority", "CERTIFICATE");
    access_.tls.verify = !reader.OptionalBool("insecure-skip-tls-verify", false);
    access_.tls.server_name = reader.OptionalString("tls-server-name");
    access_.disable_compression = reader.OptionalBool("disable-compression", false);
    if (!access_.tls.verify && !access_.tls.ca_pem.empty()) {
      Error(*reader.Take("insecure-skip-tls-verify"),
            "insecure-skip-tls-verify contradicts the certificate authority",
            "remove insecure-skip-tls-verify: then the authority is checked");
    }
    if (const yaml::Node* proxy = reader.Take("proxy-url")) {
      if (!proxy->scalar.empty()) {
        Error(*proxy, "proxy-url is not supported",
              "reach the API server directly, or from inside the cluster");
      }
    }
  }

  void CheckServer(const yaml::Node& node) {
    std::string& server = access_.server;
    while (server.ends_with('/')) server.pop_back();
    const std::string lower = Lower(server);
    const bool https = lower.starts_with("https://");
    const std::size_t scheme = https ? 8 : 7;
    if ((!https && !lower.starts_with("http://")) || lower.size() <= scheme ||
        server.find_first_of(" ?#@\t") != std::string::npos) {
      Error(node, "server is not an https URL: \"" + server + "\"", "as in https://10.0.0.1:6443");
    } else if (!https && !IsLoopback(std::string_view(lower).substr(scheme))) {
      Error(node, "server is not encrypted, and not on this machine",
            "write https:// : credentials would be readable on the way");
    }
  }

  // The PEM text of KEY-data or of the file named by KEY; "" when neither is there.
  std::string Pem(const yaml::Node& node, yaml::MappingReader& reader, const std::string& key,
                  std::string_view kind) {
    const yaml::Node* place = reader.Take(key + "-data");
    std::string pem;
    if (place != nullptr && !place->scalar.empty()) {
      std::optional<std::string> decoded = DecodeBase64(place->scalar);
      if (!decoded) {
        Error(*place, key + "-data is not base64", "`base64 -w0 FILE` prints what belongs there");
        return "";
      }
      pem = *std::move(decoded);
    } else {
      place = reader.Take(key);
      if (place == nullptr || place->scalar.empty()) return "";
      Result<std::string> read = ReadSmallFile(Path(place->scalar));
      if (!read.ok()) {
        Error(*place, read.status().message(), read.status().hint());
        return "";
      }
      pem = *std::move(read);
    }
    if (pem.find(std::string(kind) + "-----") == std::string::npos) {
      Error(place != nullptr ? *place : node,
            key + " holds no PEM block of a " + Lower(std::string(kind)),
            "it begins with -----BEGIN " + std::string(kind) + "-----");
      return "";
    }
    return pem;
  }

  void ReadUser(const yaml::Node& node) {
    ReportSlips(node, kUserKeys);
    yaml::MappingReader reader(document_, node, "user", errors_);
    access_.tls.certificate_pem = Pem(node, reader, "client-certificate", "CERTIFICATE");
    access_.tls.private_key_pem = Pem(node, reader, "client-key", "PRIVATE KEY");
    if (access_.tls.certificate_pem.empty() != access_.tls.private_key_pem.empty() &&
        errors_.empty()) {
      Error(node, "client-certificate and client-key belong together, and one is missing",
            "add the other, or remove both");
    }
    access_.token = reader.OptionalString("token");
    access_.token_file = reader.OptionalString("tokenFile");
    if (!access_.token_file.empty()) {
      access_.token_file = Path(access_.token_file);
      if (Result<std::string> read = ReadSmallFile(access_.token_file); !read.ok()) {
        const std::string hint = read.status().hint();   // status() is a copy.
        Error(*reader.Take("tokenFile"), read.status().message(),
              hint.empty() ? "a path is meant from the kubeconfig's folder" : hint);
      }
    }
    access_.user = reader.OptionalString("username");
    access_.password = reader.OptionalString("password");
    access_.impersonate_user = reader.OptionalString("as");
    access_.impersonate_uid = reader.OptionalString("as-uid");
    access_.impersonate_groups = reader.OptionalStrings("as-groups");
    for (const std::string& secret :
         {access_.tls.private_key_pem, access_.token, access_.password}) {
      if (!secret.empty()) redactor_.Add(secret);
    }
    if (const yaml::Node* legacy = reader.Take("auth-provider")) {
      Error(*legacy, "auth-provider was removed from Kubernetes in 1.26 and is not supported",
            "use the provider's exec plugin, such as gke-gcloud-auth-plugin or kubelogin");
    }
    if (const yaml::Node* exec = reader.Take("exec")) ReadExec(*exec);
  }

  void ReadExec(const yaml::Node& node) {
    if (node.kind != yaml::Kind::kMapping) return Error(node, "exec is not a mapping");
    ReportSlips(node, kExecKeys);
    yaml::MappingReader reader(document_, node, "exec plugin", errors_);
    ExecPlugin plugin;
    plugin.api_version = reader.RequiredString("apiVersion");
    const yaml::Node* const version = reader.Take("apiVersion");
    if (version != nullptr && plugin.api_version != "client.authentication.k8s.io/v1" &&
        plugin.api_version != "client.authentication.k8s.io/v1beta1") {
      Error(*version, "unknown version of exec plugins: " + plugin.api_version,
            "client.authentication.k8s.io/v1 and /v1beta1 are known");
    }
    std::string command = reader.RequiredString("command");
    if (const yaml::Node* place = reader.Take("command")) plugin.place = document_.PlaceOf(*place);
    // As kubectl does it: a bare name is looked for in PATH, a path is the kubeconfig's.
    if (command.find('/') != std::string::npos) command = Path(command);
    plugin.arguments.push_back(command);
    for (std::string& argument : reader.OptionalStrings("args")) {
      plugin.arguments.push_back(std::move(argument));
    }
    if (const yaml::Node* environment = reader.Take("env")) {
      for (const yaml::Node& entry : environment->items) {
        const yaml::Node* const name = entry.Find("name");
        const yaml::Node* const value = entry.Find("value");
        if (name == nullptr || name->scalar.empty() || value == nullptr) {
          Error(entry, "an entry of env needs name and value");
          continue;
        }
        plugin.environment.emplace_back(name->scalar, value->scalar);
      }
    }
    plugin.install_hint = reader.OptionalString("installHint");
    plugin.provide_cluster_info = reader.OptionalBool("provideClusterInfo", false);
    if (const yaml::Node* mode = reader.Take("interactiveMode")) {
      if (mode->scalar == "Always") {
        Error(*mode, "this exec plugin wants to ask a person, and nobody is there to answer",
              "use a plugin that works with interactiveMode: Never");
      }
    }
    access_.exec = std::move(plugin);
  }

  std::string Path(const std::string& path) const {
    return std::filesystem::path(path).is_absolute() ? path : (folder_ / path).string();
  }

  const yaml::Document& document_;
  Redactor& redactor_;
  std::filesystem::path folder_;
  Access access_;
  std::vector<Status> errors_;
};

}  // namespace

Result<Access> ParseKubeconfig(std::string text, const std::string& file,
                               const std::string& context, Redactor& redactor) {
  Result<yaml::Document> document = yaml::Read(std::move(text), file);
  if (!document.ok()) {
    return checks::WithoutSecrets(yaml::Combine({document.status()}, Code::kConfig));
  }
  return KubeconfigReader(*document, redactor).Read(context);
}

Result<Access> ReadKubeconfig(const std::string& path, const std::string& context,
                              Redactor& redactor) {
  Result<yaml::Document> document = yaml::ReadFile(path);
  if (!document.ok()) {
    return checks::WithoutSecrets(yaml::Combine({document.status()}, Code::kConfig));
  }
  return KubeconfigReader(*document, redactor).Read(context);
}

}  // namespace upkeep::kubernetes
