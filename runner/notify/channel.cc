// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/channel.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "base/yaml/yaml.h"
#include "checks/targets/target_reader.h"
#include "runner/notify/address.h"

namespace upkeep::notify {
namespace {

using checks::ReadContext;
using yaml::MappingReader;
using yaml::Node;

constexpr std::int64_t kMaxPort = 65535;
constexpr std::int64_t kMaxAttempts = 20;

bool IsMailAddress(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return c > ' ' && c != '\x7f' && c != '<' && c != '>' && c != ',' && c != ';';
         });
}

/// What may stand in an object's key without being encoded: signers disagree about the rest.
bool IsKeyText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_' || c == '.' || c == '/';
  });
}

/// No segment that a path would lose: libcurl and proxies take "." and ".." out, and so an object
/// would lie in another bucket than the file names.
bool IsKeyPath(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view segment = text.substr(begin, end - begin);
    if (segment.empty() || segment == "." || segment == "..") return false;
    begin = end + 1;
  }
  return true;
}

RetryRule ReadRetry(MappingReader& parent, ReadContext& context) {
  RetryRule rule;
  const Node* const node = parent.Take("retry");
  if (node == nullptr) return rule;
  MappingReader reader(context.document, *node, "retry", context.errors);
  rule.attempts = static_cast<int>(reader.OptionalInteger("attempts", rule.attempts, 1, kMaxAttempts));
  rule.backoff = reader.OptionalDuration("backoff", rule.backoff);
  rule.cap = reader.OptionalDuration("cap", rule.cap);
  if (node->kind == yaml::Kind::kMapping && (rule.backoff.count() <= 0 || rule.cap < rule.backoff)) {
    reader.Error(*node, "'backoff' must be more than nothing and at most 'cap'",
                 "write retry: {attempts: 5, backoff: 1s, cap: 1m}");
  }
  reader.Finish();
  return rule;
}

void ReadUrl(MappingReader& reader, std::string_view key, Channel& channel) {
  channel.url = reader.RequiredString(key);
  const Node* const node = reader.Take(key);
  if (node == nullptr || channel.url.empty()) return;
  const bool https = channel.url.starts_with("https://");
  if (!https && !channel.url.starts_with("http://")) {
    reader.Error(*node, "'" + std::string(key) + "' must begin with https:// or http://");
  } else if (checks::WithoutSecrets(channel.url) != channel.url) {
    reader.Error(*node, "'" + std::string(key) + "' must not hold a user and a password",
                 "name their source under a key of its own");
    channel.url = checks::WithoutSecrets(channel.url);
  } else if (https && channel.tls.mode == "disable") {
    reader.Error(*node, "an https URL cannot have tls mode: disable");
  }
}

void ReadWebhook(MappingReader& reader, ReadContext& context, Channel& channel) {
  ReadUrl(reader, "url", channel);
  channel.content = reader.OptionalChoice("content", {"report", "findings"});
  channel.format = reader.OptionalChoice("format", {"json", "html", "md"});
  channel.secret = ReadSecret(reader, "secret", context);
  channel.token = ReadSecret(reader, "token", context);
  if (channel.token.set() && channel.url.starts_with("http://")) {
    reader.Error(*reader.Take("token"), "a token would travel in the clear over http://",
                 "write https://, or sign with secret: instead");
  }
}

void ReadMail(MappingReader& reader, const Node& node, ReadContext& context, Channel& channel) {
  channel.format = "html";
  channel.host = reader.RequiredString("host");
  const std::string security = reader.OptionalChoice("security", {"starttls", "tls", "none"});
  if (security == "tls") channel.security = MailSecurity::kTls;
  if (security == "none") channel.security = MailSecurity::kNone;
  const int usual = channel.security == MailSecurity::kTls    ? 465
                    : channel.security == MailSecurity::kNone ? 25
                                                              : 587;
  channel.port = static_cast<int>(reader.OptionalInteger("port", usual, 1, kMaxPort));
  channel.from = reader.RequiredString("from");
  if (!channel.from.empty() && !IsMailAddress(channel.from)) {
    reader.Error(*node.Find("from"), "'" + channel.from + "' is no mail address", "write name@domain");
  }
  channel.to = reader.OptionalStrings("to");
  if (channel.to.empty()) reader.Error(node, "a mail needs recipients", "write to: [name@domain]");
  for (const std::string& to : channel.to) {
    if (!IsMailAddress(to)) {
      reader.Error(*node.Find("to"), "'" + to + "' is no mail address", "write name@domain");
    }
  }
  channel.user = reader.OptionalString("user");
  channel.password = ReadSecret(reader, "password", context);
  if (channel.user.empty() == channel.password.set() && reader.ok()) {
    reader.Error(node, "logging in needs both user and password");
  }
  if (channel.security == MailSecurity::kNone && channel.password.set()) {
    reader.Error(*node.Find("password"), "a password would travel in the clear with security: none",
                 "remove it, or use security: starttls");
  }
}

void ReadS3(MappingReader& reader, const Node& node, ReadContext& context, Channel& channel) {
  ReadUrl(reader, "endpoint", channel);
  while (channel.url.ends_with('/')) channel.url.pop_back();
  channel.bucket = reader.RequiredString("bucket");
  channel.region = reader.OptionalString("region", "us-east-1");
  channel.prefix = reader.OptionalString("prefix");
  for (const char* const key : {"bucket", "region", "prefix"}) {
    const Node* const value = node.Find(key);
    if (value != nullptr && !IsKeyText(value->scalar)) {
      reader.Error(*value, "'" + std::string(key) + "' has a character that a key should not have",
                   "letters, digits and . _ - /");
    } else if (value != nullptr && !IsKeyPath(value->scalar)) {
      reader.Error(*value, "'" + std::string(key) + "' would lead to another place than it names",
                   "no / at its beginning, no // and no . or .. between slashes");
    }
  }
  channel.content = reader.OptionalChoice("content", {"report", "findings"});
  channel.format = reader.OptionalChoice("format", {"html", "json", "md"});
  channel.access_key = ReadSecret(reader, "accessKeyId", context);
  channel.secret_key = ReadSecret(reader, "secretAccessKey", context);
  if (reader.ok() && (!channel.access_key.set() || !channel.secret_key.set())) {
    reader.Error(node, "s3 needs accessKeyId and secretAccessKey",
                 "write each as {file: PATH}, or environment, exec or secret");
  }
}

bool ReadKind(MappingReader& reader, Channel& channel) {
  const std::string kind = reader.RequiredString("kind");
  for (const ChannelKind known : {ChannelKind::kWebhook, ChannelKind::kSmtp, ChannelKind::kS3}) {
    if (ChannelKindName(known) == kind) {
      channel.kind = known;
      return true;
    }
  }
  if (!kind.empty()) (void)reader.OptionalChoice("kind", {"webhook", "smtp", "s3"});
  return false;
}

Channel ReadChannel(const Node& node, ReadContext& context) {
  Channel channel;
  channel.place = context.document.PlaceOf(node);
  MappingReader first(context.document, node, "a delivery", context.errors);
  if (node.kind != yaml::Kind::kMapping) return channel;
  if (!ReadKind(first, channel)) {
    // Which other keys there are depends on the kind, so none of them is judged.
    channel.name = first.RequiredString("name");
    return channel;
  }
  MappingReader reader(context.document, node,
                       "a delivery by " + std::string(ChannelKindName(channel.kind)), context.errors);
  reader.Take("kind");
  channel.name = reader.RequiredString("name");
  if (!channel.name.empty() && !checks::IsTargetName(channel.name)) {
    reader.Error(*node.Find("name"), "'" + channel.name + "' is no name for a delivery",
                 "lower-case letters, digits and '-', at most 63");
  }
  channel.tls = ReadTls(reader, context);
  switch (channel.kind) {
    case ChannelKind::kWebhook: ReadWebhook(reader, context, channel); break;
    case ChannelKind::kSmtp: ReadMail(reader, node, context, channel); break;
    case ChannelKind::kS3: ReadS3(reader, node, context, channel); break;
  }
  if (channel.content == "findings") {
    const Node* const format = node.Find("format");
    if (format != nullptr && format->scalar != "json") {
      reader.Error(*format, "findings are delivered as json", "remove format:");
    }
    channel.format = "json";
  }
  if (node.Find("language") != nullptr) channel.language = reader.OptionalChoice("language", {"en", "ko"});
  channel.time_limit = reader.OptionalDuration("timeLimit", channel.time_limit);
  if (channel.time_limit.count() <= 0) {
    reader.Error(*node.Find("timeLimit"), "'timeLimit' must be more than nothing", "write 30s");
  }
  channel.retry = ReadRetry(reader, context);
  reader.Finish();
  return channel;
}

void CheckNames(const std::vector<Channel>& channels, std::vector<Status>& errors) {
  std::map<std::string, const Channel*> seen;
  for (const Channel& channel : channels) {
    if (channel.name.empty()) continue;
    const auto [first, added] = seen.emplace(channel.name, &channel);
    if (added) continue;
    errors.push_back(Status(Code::kConfig, "the name '" + channel.name + "' is taken by the delivery at line " +
                                               std::to_string(first->second->place.line))
                         .WithHint("names are unique in a file of deliveries")
                         .At(channel.place));
  }
}

Status AsConfig(const Status& status) {
  Status config = Status(Code::kConfig, status.message()).WithHint(status.hint());
  return status.place() ? Status(std::move(config).At(*status.place())) : config;
}

Result<Deliveries> ReadDocument(const yaml::Document& document) {
  Deliveries deliveries;
  deliveries.file = document.file;
  std::vector<Status> errors;
  ReadContext context{document, std::filesystem::path(document.file).parent_path().string(), errors, {}};
  MappingReader reader(document, document.root, "a file of deliveries", errors);
  if (document.root.kind == yaml::Kind::kMapping) {
    const std::string version = reader.RequiredString("apiVersion");
    if (!version.empty() && version != "upkeep/v1") {
      reader.Error(*document.root.Find("apiVersion"),
                   "apiVersion must be upkeep/v1, and this is '" + version + "'");
    }
    const Node* const list = reader.Take("deliveries");
    if (list == nullptr || list->kind != yaml::Kind::kSequence || list->items.empty()) {
      reader.Error(list == nullptr ? document.root : *list,
                   "'deliveries' must be a list of at least one delivery",
                   "begin each one with '- name:'");
    } else {
      for (const Node& item : list->items) deliveries.channels.push_back(ReadChannel(item, context));
    }
    reader.Finish();
    CheckNames(deliveries.channels, errors);
  }
  if (errors.empty()) return deliveries;
  for (Status& error : errors) error = checks::WithoutSecrets(std::move(error));
  return yaml::Combine(errors, Code::kConfig);
}

}  // namespace

std::string_view ChannelKindName(ChannelKind kind) {
  switch (kind) {
    case ChannelKind::kWebhook: return "webhook";
    case ChannelKind::kSmtp: return "smtp";
    case ChannelKind::kS3: return "s3";
  }
  return "webhook";
}

std::string Channel::Destination() const {
  std::string text;
  if (kind == ChannelKind::kWebhook) {
    // Some services put their secret into the path or the query: the host says enough.
    text = name + " (" + Origin(url) + ")";
  } else if (kind == ChannelKind::kSmtp) {
    text = name + " (" + host + ":" + std::to_string(port) + ", " + std::to_string(to.size()) +
           (to.size() == 1 ? " recipient)" : " recipients)");
  } else {
    text = name + " (" + Origin(url) + "/" + bucket + ")";
  }
  if (!tls.verified() && tls.mode == "require") text += ", TLS not verified";
  return text;
}

const Channel* Deliveries::Find(std::string_view name) const {
  const auto found = std::find_if(channels.begin(), channels.end(),
                                  [&](const Channel& channel) { return channel.name == name; });
  return found == channels.end() ? nullptr : &*found;
}

std::vector<std::string> Deliveries::Names() const {
  std::vector<std::string> names;
  for (const Channel& channel : channels) names.push_back(channel.name);
  return names;
}

Result<Deliveries> ParseDeliveries(std::string text, const std::string& file) {
  Result<yaml::Document> document = yaml::Read(std::move(text), file);
  if (!document.ok()) return checks::WithoutSecrets(AsConfig(document.status()));
  return ReadDocument(*document);
}

Result<Deliveries> ReadDeliveries(const std::string& path) {
  Result<yaml::Document> document = yaml::ReadFile(path);
  if (!document.ok()) return checks::WithoutSecrets(AsConfig(document.status()));
  return ReadDocument(*document);
}

}  // namespace upkeep::notify
