// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/sender.h"

#include <utility>

#include "base/value.h"
#include "base/when_all.h"
#include "checks/targets/tls_files.h"
#include "runner/notify/address.h"
#include "runner/notify/not_sent.h"
#include "runner/notify/recipients.h"
#include "runner/notify/retry.h"

namespace upkeep::notify {
namespace {

constexpr const char* kStoppedBefore = "upkeep was told to stop before it was sent";
constexpr const char* kStoppedInside =
    "upkeep was told to stop before an answer came: it is not known whether it arrived";
constexpr const char* kStopped = "given up, since upkeep was told to stop; before that: ";
constexpr const char* kNoTime = "given up, since no time was left for another try; before that: ";

store::DeliveryAttempt AttemptOf(const Judgement& judgement, bool again) {
  store::DeliveryAttempt attempt;
  attempt.state = judgement.verdict == Verdict::kSent ? store::DeliveryState::kSent
                  : again                             ? store::DeliveryState::kPending
                                                      : store::DeliveryState::kFailed;
  attempt.detail = judgement.detail;
  return attempt;
}

/// Of try `number`: the first is made however late it is.
Limits LimitsOfTry(int number, const Channel& channel, const Limits& limits) {
  Limits own = limits;
  if (number == 1) own.deadline = SteadyInstant::max();
  return own.Within(channel.time_limit);
}

}  // namespace

Task<Result<Credentials>> Sender::ReadCredentials(const Channel& channel, Limits limits) {
  Credentials credentials;
  const std::pair<const checks::SecretSource*, std::string*> wanted[] = {
      {&channel.secret, &credentials.secret},         {&channel.token, &credentials.token},
      {&channel.password, &credentials.password},     {&channel.access_key, &credentials.access_key},
      {&channel.secret_key, &credentials.secret_key},
  };
  for (const auto& [source, value] : wanted) {
    if (!source->set()) continue;
    Result<std::string> read = co_await secrets_.Read(*source, limits);
    if (!read.ok()) co_return read.status();
    *value = std::move(*read);
  }
  if (channel.tls.mode != "disable") {
    Result<io::TlsOptions> tls = checks::ReadTlsFiles(channel.tls, secrets_.redactor());
    if (!tls.ok()) co_return tls.status();
    credentials.tls = std::move(*tls);
  }
  co_return credentials;
}

Task<Result<io::TransferResponse>> Sender::TryOnce(const Channel& channel, const Message& message,
                                                   const std::string& payload, Limits limits) {
  // Read anew for each try: a secret may have been renewed since the last one failed.
  Result<Credentials> credentials = co_await ReadCredentials(channel, limits);
  if (!credentials.ok()) co_return credentials.status();
  Result<io::TransferRequest> request =
      BuildRequest(channel, message, payload, *credentials, clock_.Now());
  if (!request.ok()) co_return request.status();
  co_return co_await reactor_.Transfer(std::move(*request), limits);
}

Status Sender::GiveUp(const std::string& why, SendOutcome& outcome) {
  // The last word in the store must not promise another try.
  outcome.detail = why;
  return store_.EndDelivery(outcome.delivery, outcome.detail);
}

Task<SendOutcome> Sender::Send(Channel channel, Message message, Limits limits) {
  SendOutcome outcome;
  outcome.name = channel.name;
  outcome.destination = channel.Destination();
  const std::string payload = Payload(channel, message, clock_.Now());

  store::Delivery delivery;
  delivery.run = message.run;
  delivery.subject = message.subject;
  delivery.channel = ChannelKindName(channel.kind);
  delivery.destination = outcome.destination;
  delivery.content_hash = Sha256Hex(payload);
  delivery.holder = holder_;
  Result<std::int64_t> added = store_.AddDelivery(delivery);
  if (!added.ok()) {
    outcome.status = added.status();
    co_return outcome;
  }
  outcome.delivery = *added;

  Recipients recipients(channel.to);
  for (;;) {
    if (outcome.attempts == 0 && limits.cancel.cancelled()) {
      Status recorded = GiveUp(kStoppedBefore, outcome);
      if (!recorded.ok()) {
        outcome.status = std::move(recorded);
        co_return outcome;
      }
      break;
    }
    ++outcome.attempts;
    const Limits one_try = LimitsOfTry(outcome.attempts, channel, limits);
    const Result<io::TransferResponse> answer = co_await TryOnce(channel, message, payload, one_try);
    // Made anew: the try has just read its secrets.
    Redactor redactor = secrets_.redactor();
    if (channel.kind == ChannelKind::kWebhook) HideAddress(channel.url, redactor);
    Judgement judgement = Judge(channel.kind, answer, clock_.Now(), redactor);
    if (channel.kind == ChannelKind::kSmtp) {
      recipients.Take(answer, judgement);
      channel.to = recipients.Left();
    }
    if (answer.status().code() == Code::kCancelled) judgement.detail = kStoppedInside;
    outcome.detail = judgement.detail;
    const auto pause = PauseBefore(outcome.attempts + 1, channel.retry, judgement);
    Status recorded = store_.RecordDeliveryAttempt(outcome.delivery, AttemptOf(judgement, pause.has_value()));
    if (!recorded.ok()) {
      outcome.status = std::move(recorded);
      co_return outcome;
    }
    if (judgement.verdict == Verdict::kSent) co_return outcome;
    if (!pause) break;
    const SteadyInstant next = std::chrono::steady_clock::now() +
                               std::chrono::duration_cast<std::chrono::steady_clock::duration>(*pause);
    const bool late = next >= limits.deadline;
    Status slept;
    if (!late) slept = co_await reactor_.SleepUntil(next, limits);
    if (!late && slept.ok()) continue;
    const bool stopped = limits.cancel.cancelled();
    recorded = GiveUp((stopped ? kStopped : kNoTime) + judgement.detail, outcome);
    if (!recorded.ok()) {
      outcome.status = std::move(recorded);
      co_return outcome;
    }
    break;
  }
  outcome.status = Status(Code::kOutput, secrets_.redactor().Redact("delivery to " + outcome.destination +
                                                                    " failed: " + outcome.detail));
  co_return outcome;
}

void Sender::RecordThatNoneBegan(const reports::ReportModel& model, SendOutcome& outcome) {
  outcome.detail = outcome.status.message();
  const Result<std::int64_t> recorded = RecordNotSent(store_, outcome.name, "report " + KindName(model.kind),
                                                      RunOf(model), outcome.status);
  if (recorded.ok()) {
    outcome.delivery = *recorded;
  } else {
    outcome.status = recorded.status();
  }
}

Task<std::vector<SendOutcome>> Sender::SendReport(const Deliveries& deliveries,
                                                  std::vector<std::string> names,
                                                  const reports::ReportModel& model,
                                                  std::string language, Limits limits) {
  std::vector<SendOutcome> outcomes(names.size());
  std::vector<Task<void>> tasks;
  for (std::size_t i = 0; i < names.size(); ++i) {
    outcomes[i].name = outcomes[i].destination = names[i];
    const Channel* const channel = deliveries.Find(names[i]);
    if (channel == nullptr) {
      const std::string near = NearestWord(names[i], deliveries.Names());
      outcomes[i].status =
          Status(Code::kConfig, deliveries.file + " has no delivery called '" + names[i] + "'")
              .WithHint(near.empty() ? "docs/deliveries.md" : "did you mean '" + near + "'?");
      RecordThatNoneBegan(model, outcomes[i]);
      continue;
    }
    Result<Message> message = Compose(*channel, model, language);
    if (!message.ok()) {
      outcomes[i].status = message.status();
      RecordThatNoneBegan(model, outcomes[i]);
      continue;
    }
    tasks.push_back([](Sender& sender, Channel to, Message what, Limits until,
                       SendOutcome& outcome) -> Task<void> {
      outcome = co_await sender.Send(std::move(to), std::move(what), until);
    }(*this, *channel, std::move(*message), limits, outcomes[i]));
  }
  co_await WhenAll(std::move(tasks));
  co_return outcomes;
}

}  // namespace upkeep::notify
