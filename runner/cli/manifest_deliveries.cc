// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/manifest_deliveries.h"

#include <algorithm>
#include <array>

#include "runner/cli/pod_files.h"
#include "runner/notify/retry.h"

namespace upkeep::cli {
namespace {

std::array<const checks::SecretSource*, 5> SecretsOf(const notify::Channel& channel) {
  return {&channel.secret, &channel.token, &channel.password, &channel.access_key, &channel.secret_key};
}

/// Every try to its time limit, and before each but the first the longest wait that is waited.
std::chrono::microseconds TimeOf(const notify::Channel& channel) {
  const auto pause = std::max<std::chrono::microseconds>(channel.retry.cap, notify::kLongestRetryAfter);
  return channel.time_limit * channel.retry.attempts + pause * std::max(channel.retry.attempts - 1, 0);
}

}  // namespace

void TakeAlong(const notify::Deliveries& deliveries, ManifestOptions& options) {
  for (const notify::Channel& channel : deliveries.channels) {
    for (const checks::SecretSource* const secret : SecretsOf(channel)) options.delivery_secrets.push_back(*secret);
    options.delivery_times[channel.name] = TimeOf(channel);
  }
}

std::vector<Status> NotInPods(const notify::Deliveries& deliveries) {
  PodFiles files(deliveries.file);
  for (const notify::Channel& channel : deliveries.channels) {
    for (const checks::SecretSource* const secret : SecretsOf(channel)) files.Secret(*secret, channel.place);
    files.Tls(channel.tls, channel.place);
  }
  return files.missing();
}

}  // namespace upkeep::cli
