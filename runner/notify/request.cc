// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/request.h"

#include "base/value.h"
#include "base/version.h"
#include "runner/notify/encoding.h"
#include "runner/notify/mime.h"

namespace upkeep::notify {
namespace {

constexpr std::size_t kMaxAnswer = std::size_t{64} << 10;

Status FillWebhook(const Channel& channel, const Message& message, const Credentials& credentials,
                   Instant now, io::TransferRequest& request) {
  request.method = "POST";
  request.url = channel.url;
  request.headers = {{"Content-Type", message.content_type},
                     {"User-Agent", "upkeep/" + std::string(Version())},
                     {"Idempotency-Key", message.idempotency_key}};
  if (!credentials.token.empty()) {
    request.headers.emplace_back("Authorization", "Bearer " + credentials.token);
  }
  if (credentials.secret.empty()) return Status::Ok();
  const std::string timestamp =
      std::to_string(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  Result<std::string> signature =
      WebhookSignature(credentials.secret, message.idempotency_key, timestamp, request.body);
  if (!signature.ok()) return signature.status();
  request.headers.emplace_back("webhook-id", message.idempotency_key);
  request.headers.emplace_back("webhook-timestamp", timestamp);
  request.headers.emplace_back("webhook-signature", *signature);
  return Status::Ok();
}

void FillMail(const Channel& channel, const Credentials& credentials, io::TransferRequest& request) {
  const bool bracket = channel.host.find(':') != std::string::npos;
  request.url = std::string(channel.security == MailSecurity::kTls ? "smtps://" : "smtp://") +
                (bracket ? "[" + channel.host + "]" : channel.host) + ":" + std::to_string(channel.port);
  request.mail = {channel.from, channel.to};
  request.require_tls = channel.security != MailSecurity::kNone;
  request.user = channel.user;
  request.password = credentials.password;
}

void FillS3(const Channel& channel, const Message& message, const Credentials& credentials,
            io::TransferRequest& request) {
  const std::string slash = channel.prefix.empty() || channel.prefix.ends_with('/') ? "" : "/";
  request.method = "PUT";
  request.url = channel.url + "/" + channel.bucket + "/" + channel.prefix + slash + message.key;
  request.headers = {{"Content-Type", message.content_type},
                     {"x-amz-content-sha256", Sha256Hex(request.body)}};
  request.aws_sigv4 = "aws:amz:" + channel.region + ":s3";
  request.user = credentials.access_key;
  request.password = credentials.secret_key;
}

}  // namespace

std::string Payload(const Channel& channel, const Message& message, Instant date) {
  if (channel.kind != ChannelKind::kSmtp) return message.body;
  MailParts parts;
  parts.from = channel.from;
  parts.to = channel.to;
  parts.subject = message.title;
  parts.text = message.text;
  parts.html = message.body;
  parts.id = message.idempotency_key;
  parts.date = date;
  return BuildMail(parts);
}

Result<io::TransferRequest> BuildRequest(const Channel& channel, const Message& message,
                                         std::string payload, const Credentials& credentials,
                                         Instant now) {
  io::TransferRequest request;
  request.body = std::move(payload);
  request.tls = credentials.tls;
  request.max_response_bytes = kMaxAnswer;
  // What has been taken is not sent again because of what the receiver says about it, and what shows
  // the wrong certificate will show it again.
  request.status_is_enough = true;
  request.unverified = Code::kError;
  request.proxy_from_environment = true;
  switch (channel.kind) {
    case ChannelKind::kWebhook:
      UPKEEP_RETURN_IF_ERROR(FillWebhook(channel, message, credentials, now, request));
      break;
    case ChannelKind::kSmtp: FillMail(channel, credentials, request); break;
    case ChannelKind::kS3: FillS3(channel, message, credentials, request); break;
  }
  return request;
}

}  // namespace upkeep::notify
