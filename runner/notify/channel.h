// SPDX-License-Identifier: Apache-2.0
//
// Channels: where reports and findings can be delivered, as deliveries.yaml names them
// (docs/deliveries.md). Secrets are named here, never held.
//
// THREADS: plain values.

#ifndef UPKEEP_RUNNER_NOTIFY_CHANNEL_H_
#define UPKEEP_RUNNER_NOTIFY_CHANNEL_H_

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "checks/targets/inventory.h"

namespace upkeep::notify {

enum class ChannelKind { kWebhook, kSmtp, kS3 };
std::string_view ChannelKindName(ChannelKind kind);   ///< "webhook", "smtp", "s3"

/// How often a delivery is tried, and how long between: `backoff`, doubled each time up to `cap`.
struct RetryRule {
  int attempts = 5;
  std::chrono::microseconds backoff = std::chrono::seconds(1);
  std::chrono::microseconds cap = std::chrono::minutes(1);
};

/// How a mail is protected on its way to the server.
enum class MailSecurity { kStartTls, kTls, kNone };

struct Channel {
  std::string name;                  ///< Unique in the file: [a-z0-9-], at most 63.
  ChannelKind kind = ChannelKind::kWebhook;
  std::string content = "report";    ///< "report", or "findings": what needs somebody, as JSON.
  std::string format = "json";       ///< "json", "html" or "md"; a mail has md and html.
  std::string language;              ///< "en", "ko", or "" for the caller's.
  std::chrono::microseconds time_limit{std::chrono::seconds(30)};   ///< Of one try.
  RetryRule retry;
  checks::TlsSettings tls;

  std::string url;                   ///< webhook: whole; s3: the endpoint.

  // webhook
  checks::SecretSource secret;       ///< Signs; not set: unsigned.
  checks::SecretSource token;        ///< Sent as "Authorization: Bearer".

  // smtp
  std::string host, from, user;
  int port = 587;
  std::vector<std::string> to;
  checks::SecretSource password;
  MailSecurity security = MailSecurity::kStartTls;

  // s3
  std::string bucket, region, prefix;
  checks::SecretSource access_key, secret_key;

  SourcePlace place;                 ///< Of its entry in the file.

  /// For people and the ledger: the address without query, credentials or recipients' details.
  std::string Destination() const;
};

struct Deliveries {
  std::string file;
  std::vector<Channel> channels;
  const Channel* Find(std::string_view name) const;
  std::vector<std::string> Names() const;
};

/// All errors of the file in one Status (kConfig), each with its place, caret and hint. Relative
/// paths are relative to the file's folder.
Result<Deliveries> ReadDeliveries(const std::string& path);
Result<Deliveries> ParseDeliveries(std::string text, const std::string& file);

}  // namespace upkeep::notify

#endif  // UPKEEP_RUNNER_NOTIFY_CHANNEL_H_
