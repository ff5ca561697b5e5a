// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/heartbeat.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <random>
#include <utility>

#include "base/value.h"
#include "runner/notify/address.h"
#include "runner/notify/retry.h"

namespace upkeep::daemon {
namespace {

// A last path segment of this length or longer is a ping key that must not be shown either.
constexpr std::size_t kShortestKey = 8;

/// "hc.example.com:8000" of the address.
std::string HostOfUrl(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  std::string host = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  const std::size_t at = host.rfind('@');
  return at == std::string::npos ? host : host.substr(at + 1);
}

/// At most `most` bytes, without half a character at the end.
std::string CutText(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  text.resize(most);
  return text;
}

store::DeliveryAttempt AttemptOf(const notify::Judgement& judgement, bool again) {
  store::DeliveryAttempt attempt;
  attempt.state = judgement.verdict == notify::Verdict::kSent ? store::DeliveryState::kSent
                  : again                                     ? store::DeliveryState::kPending
                                                              : store::DeliveryState::kFailed;
  attempt.detail = judgement.detail;
  return attempt;
}

}  // namespace

std::string NewUuid() {
  std::random_device random;
  std::array<std::uint32_t, 4> words{random(), random(), random(), random()};
  words[1] = (words[1] & 0xFFFF0FFFU) | 0x00004000U;
  words[2] = (words[2] & 0x3FFFFFFFU) | 0x80000000U;
  char text[64];
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%04x%08x", words[0], words[1] >> 16,
                words[1] & 0xFFFFU, words[2] >> 16, words[2] & 0xFFFFU, words[3]);
  return text;
}

std::string BeatUrl(const std::string& url, const std::string& signal, const std::string& id) {
  const std::size_t end = url.find_first_of("?#");
  std::string address = url.substr(0, end);
  while (address.ends_with("/")) address.pop_back();
  if (signal != "success") address += "/" + signal;
  const bool has_query = end != std::string::npos && url[end] == '?';
  address += has_query ? url.substr(end, url.find('#', end) - end) + "&" : "?";
  return address + "rid=" + id;
}

std::string SignalOf(const reports::StateTotals& totals, bool no_target_answered,
                     const std::string& exit_on) {
  if (exit_on == "never") return "success";
  if (no_target_answered) return "69";   // Nothing at all was looked at, whatever counts.
  if (totals.critical > 0) return "2";
  if (totals.warning > 0 && exit_on != "critical") return "1";
  return totals.unknown > 0 && exit_on == "unknown" ? "3" : "success";
}

Task<Result<std::string>> Heartbeats::Address(schedules::Heartbeat to, Limits limits) {
  std::string url = to.url;
  if (url.empty()) {
    checks::SecretSource source;
    source.file = to.file;
    source.environment = to.environment;
    Result<std::string> read = co_await secrets_.Read(source, limits);
    if (!read.ok()) co_return read.status();
    url = std::move(*read);
    if (!url.starts_with("https://") && !url.starts_with("http://")) {
      co_return Status(Code::kConfig, "the secret of the heartbeat is no http(s) address");
    }
  }
  secrets_.redactor().Add(url);
  std::string path = url.substr(0, url.find_first_of("?#"));
  while (path.ends_with("/")) path.pop_back();
  const std::string key = path.substr(path.rfind('/') + 1);
  if (key.size() >= kShortestKey && key != HostOfUrl(url)) secrets_.redactor().Add(key);
  co_return url;
}

Task<Status> Heartbeats::Send(Beat beat, Limits limits) {
  const Limits reading = limits.Within(beat.to.time_limit);
  Result<std::string> url = co_await Address(beat.to, reading);
  const std::string body = CutText(std::move(beat.body), kMaxBody);
  store::Delivery delivery;
  delivery.run = beat.run;
  delivery.subject = "heartbeat " + beat.signal + " of " + beat.schedule;
  delivery.channel = "heartbeat";
  delivery.destination = url.ok() ? HostOfUrl(*url) : "?";
  delivery.content_hash = Sha256Hex(body);
  delivery.holder = holder_;
  const Result<std::int64_t> added = store_.AddDelivery(delivery);
  if (!added.ok()) co_return added.status();
  Redactor redactor = secrets_.redactor();
  if (url.ok()) notify::HideAddress(*url, redactor);
  notify::RetryRule rule;
  rule.attempts = beat.to.attempts;
  for (int attempt = 1;; ++attempt) {
    notify::Judgement judgement;
    if (url.ok()) {
      io::TransferRequest request;
      request.method = "POST";
      request.url = BeatUrl(*url, beat.signal, beat.id);
      request.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
      request.body = body;
      request.proxy_from_environment = true;
      request.max_response_bytes = std::size_t{64} << 10;
      request.status_is_enough = true;
      request.unverified = Code::kError;
      const Limits own = limits.Within(beat.to.time_limit);
      const Result<io::TransferResponse> answer = co_await reactor_.Transfer(std::move(request), own);
      judgement = notify::Judge(notify::ChannelKind::kWebhook, answer, clock_.Now(), redactor);
    } else {
      judgement.detail = secrets_.redactor().Redact(url.status().message());
    }
    auto pause = notify::PauseBefore(attempt + 1, rule, judgement);
    if (limits.cancel.cancelled() || std::chrono::steady_clock::now() >= limits.deadline) pause.reset();
    const Status recorded =
        store_.RecordDeliveryAttempt(*added, AttemptOf(judgement, pause.has_value()));
    if (!recorded.ok()) co_return recorded;
    if (judgement.verdict == notify::Verdict::kSent) co_return Status::Ok();
    if (pause) {
      const SteadyInstant until =
          std::chrono::steady_clock::now() +
          std::chrono::duration_cast<std::chrono::steady_clock::duration>(*pause);
      const Status slept = co_await reactor_.SleepUntil(until, limits);
      if (slept.ok()) continue;
      const Status last =
          store_.EndDelivery(*added, "given up while waiting to try again; before that: " + judgement.detail);
      if (!last.ok()) co_return last;
    }
    co_return Status(Code::kOutput, "the heartbeat to " + delivery.destination + " failed: " +
                                        judgement.detail);
  }
}

}  // namespace upkeep::daemon
