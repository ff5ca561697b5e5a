// SPDX-License-Identifier: Apache-2.0
#include "schedules/describe.h"

#include "schedules/clock_changes.h"
#include "schedules/describe_words.h"
#include "schedules/planner.h"

namespace upkeep::schedules {
namespace {

using std::chrono::floor;
using std::chrono::microseconds;
using std::chrono::seconds;

FieldShapes ShapesOf(const CronFields& fields) {
  return {.times = TimesOf(fields),
          .days = DaysOf(fields),
          .months = ShapeOf(fields.months & 0x1FFEU, 1, 12),
          .years = ShapeOfYears(fields)};
}

/// `span` in both languages; parts of a second stay away.
Text Span(microseconds span) {
  const long whole = floor<seconds>(span).count();
  return {.en = EnglishSpan(whole), .ko = KoreanSpan(whole)};
}

std::string Capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

Text GapWords(Gap gap) {
  switch (gap) {
    case Gap::kAfter:
      return {.en = "a time that they skip runs right after the gap",
              .ko = "건너뛴 시각의 실행은 건너뛴 직후에 하고"};
    case Gap::kShift:
      return {.en = "a time that they skip runs later by the gap's length",
              .ko = "건너뛴 시각의 실행은 건너뛴 만큼 늦게 하고"};
    case Gap::kSkip:
      return {.en = "a time that they skip does not run", .ko = "건너뛴 시각에는 실행하지 않고"};
  }
  return {};
}

Text OverlapWords(Overlap overlap) {
  if (overlap == Overlap::kFirst) {
    return {.en = "a time that they show twice runs the first time only",
            .ko = "두 번 오는 시각에는 첫 번째에만 실행합니다"};
  }
  return {.en = "a time that they show twice runs both times",
          .ko = "두 번 오는 시각에는 두 번 모두 실행합니다"};
}

std::optional<Text> DescribeDelay(const Schedule& schedule, Instant now) {
  if (schedule.splay < seconds(1) && schedule.jitter < seconds(1)) return std::nullopt;
  Text text;
  if (schedule.splay >= seconds(1)) {
    Schedule fixed = schedule;
    fixed.jitter = microseconds(0);
    const Text share = Span(StartOf(fixed, now) - now), whole = Span(schedule.splay);
    text = {.en = "A slot starts " + share.en + " after its time, always: its share of a splay of " +
                  whole.en,
            .ko = "항상 예정 시각보다 " + share.ko + " 늦게 시작합니다 (분산 폭 " + whole.ko + ")"};
  }
  if (schedule.jitter >= seconds(1)) {
    const Text jitter = Span(schedule.jitter);
    text.en += text.en.empty() ? "A slot starts " : ", and ";
    text.en += "up to " + jitter.en + (schedule.splay >= seconds(1) ? " more" : " after its time") +
               ", different from slot to slot";
    text.ko += text.ko.empty() ? "" : ". ";
    text.ko += "슬롯마다 최대 " + jitter.ko + "까지 더 늦어질 수 있습니다";
  }
  return text;
}

Text DescribeGrace(const Schedule& schedule) {
  const Text grace = Span(schedule.grace), age = Span(schedule.catch_up.max_age);
  // Of its start: what the engine counts from.
  const bool moved = schedule.splay >= std::chrono::seconds(1) || schedule.jitter >= std::chrono::seconds(1);
  Text text{.en = "A slot that could not start within " + grace.en + (moved ? " of that start" : " of its time") +
                  " is missed",
            .ko = (moved ? "그 시작 시각에서 " : "예정 시각에서 ") + grace.ko + " 안에 시작하지 못하면 누락입니다"};
  switch (schedule.catch_up.mode) {
    case CatchUp::kNone:
      text.en += ", and is not run afterwards";
      text.ko += ". 나중에 보충 실행하지 않습니다";
      break;
    case CatchUp::kLast:
      text.en += "; the last one missed is run afterwards if it is not older than " + age.en;
      text.ko += ". " + age.ko + " 이내라면 마지막 것 하나만 나중에 실행합니다";
      break;
    case CatchUp::kAll: {
      const std::string limit = std::to_string(schedule.catch_up.limit);
      text.en += "; the newest " + limit + " missed are run afterwards if not older than " + age.en;
      text.ko += ". " + age.ko + " 이내의 최근 " + limit + "개까지 나중에 실행합니다";
      break;
    }
  }
  return text;
}

Text DescribeOverlap(const OverlapRule& rule) {
  const Text when{.en = "While an earlier run of it on the same target is still going on, ",
                  .ko = "같은 대상에서 앞선 실행이 아직 끝나지 않았으면 "};
  Text what;
  switch (rule.mode) {
    case OverlapMode::kAllow:
      what = {.en = "the next one starts beside it", .ko = "다음 실행도 함께 시작합니다"};
      break;
    case OverlapMode::kForbid:
      what = {.en = "the next one does not start", .ko = "다음 실행은 시작하지 않습니다"};
      break;
    case OverlapMode::kReplace:
      what = {.en = "the next one takes its place", .ko = "앞선 실행을 취소하고 새로 시작합니다"};
      break;
    case OverlapMode::kQueue: {
      const std::string limit = std::to_string(rule.queue_limit);
      what = {.en = "up to " + limit + " wait for it", .ko = "최대 " + limit + "개까지 기다립니다"};
      break;
    }
  }
  return {.en = when.en + what.en, .ko = when.ko + what.ko};
}

Text DescribeDeadline(const Schedule& schedule) {
  const Text deadline = Span(schedule.deadline);
  Text text{.en = "A run may take " + deadline.en, .ko = "실행 시간은 최대 " + deadline.ko + "입니다"};
  if (schedule.retry.attempts > 0) {
    const Text backoff = Span(schedule.retry.backoff), cap = Span(schedule.retry.cap);
    const std::string attempts = std::to_string(schedule.retry.attempts);
    text.en += "; when the target does not answer or the process dies, it is tried again up to " + attempts +
               (schedule.retry.attempts == 1 ? " time" : " times") + ", " + backoff.en +
               " later and then at doubled intervals of at most " + cap.en;
    text.ko += ". 대상이 응답하지 않거나 프로세스가 죽으면 " + backoff.ko + " 뒤부터 간격을 두 배씩(최대 " + cap.ko +
               ") 늘리며 최대 " + attempts + "번 다시 시도합니다";
  }
  return text;
}

}  // namespace

Text Describe(const CronExpression& expression) {
  Text text;
  if (const auto interval = expression.interval()) {
    text = {.en = "every " + EnglishSpan(interval->count()) + ", counted from when it begins",
            .ko = "시작한 시각부터 " + KoreanSpan(interval->count()) + "마다"};
  } else {
    const FieldShapes shapes = ShapesOf(expression.fields());
    text = {.en = EnglishWhen(shapes), .ko = KoreanWhen(shapes)};
    if (shapes.times.kind == TimeShape::Kind::kNever) return {.en = "Never", .ko = text.ko};
    if (!expression.fields().EverMatches()) {
      text.en += " — which is never, for no date matches";
      text.ko += " — 맞는 날짜가 없어 실행되지 않음";
    }
  }
  const std::string& zone = expression.zone().name();
  return {.en = Capital(text.en) + " (" + zone + ")", .ko = text.ko + " (" + zone + " 기준)"};
}

std::optional<Text> DescribeClockChanges(const CronExpression& expression, Instant now) {
  constexpr std::chrono::days kAhead{5 * 366};
  if (expression.interval()) return std::nullopt;
  const auto change = NextChangeHit(expression, now, now + kAhead);
  if (!change) return std::nullopt;
  const std::string day = FormatWall(change->wall).substr(0, 10);
  Text text{.en = "When the clocks change (next on " + day + "), ",
            .ko = "시계가 바뀔 때(다음: " + day + ") "};
  if (expression.wildcard()) {
    text.en += "it follows the clock on the wall: ";
    text.ko += "벽시계를 그대로 따릅니다: ";
  }
  const DstPolicy dst = expression.wildcard() ? DstPolicy{Gap::kSkip, Overlap::kBoth}
                                              : expression.dst();
  const Text gap = GapWords(dst.gap), overlap = OverlapWords(dst.overlap);
  return Text{.en = text.en + gap.en + ", and " + overlap.en,
              .ko = text.ko + gap.ko + " " + overlap.ko};
}

std::vector<Text> Describe(const Schedule& schedule, Instant now) {
  std::vector<Text> sentences;
  if (!schedule.enabled) {
    sentences.push_back({.en = "It is switched off: nothing below happens until 'enabled' is true",
                         .ko = "꺼져 있습니다: 'enabled'를 true로 바꾸기 전에는 실행되지 않습니다"});
  }
  sentences.push_back(Describe(schedule.expression));
  if (auto changes = DescribeClockChanges(schedule.expression, now)) {
    sentences.push_back(std::move(*changes));
  }
  for (Text& sentence : DescribeCalendar(schedule)) sentences.push_back(std::move(sentence));
  if (auto delay = DescribeDelay(schedule, now)) sentences.push_back(std::move(*delay));
  sentences.push_back(DescribeGrace(schedule));
  sentences.push_back(DescribeOverlap(schedule.overlap));
  sentences.push_back(DescribeDeadline(schedule));
  return sentences;
}

}  // namespace upkeep::schedules
