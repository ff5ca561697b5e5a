// SPDX-License-Identifier: Apache-2.0
// The generated months' slots, runs, plans, waivers and deliveries.
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tests/bench/months/two_months.h"

namespace upkeep::store {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Actor kJin{"jin", "os", "1000"};
const Actor kMina{"mina <b>kim</b>", "os", "1001"};
const Actor kDaemon{"daemon", "upkeep", "daemon"};
constexpr int kDays = 61;

void Must(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "two_months: %s\n", status.Describe().c_str());
  std::exit(70);
}

template <typename T>
T Must(Result<T> result) {
  Must(result.status());
  return std::move(*result);
}

Instant At(const std::string& text) { return Must(ParseRfc3339(text)); }

}  // namespace

TwoMonths::TwoMonths(const std::string& path, MonthSize size)
    : clock_(At("2026-09-30T14:00:00Z")), size_(size) {
  OpenOptions options;
  options.clock = &clock_;
  store_ = Must(OpenSqliteStore(path, options));
}

Instant TwoMonths::DayAt(int day) const { return At("2026-10-01T09:00:00+09:00") + hours(24 * day); }

void TwoMonths::Write() {
  Definitions();
  WaiversBefore();
  PlanSlots();
  for (int day = 0; day < kDays; ++day) OneDay(day);
}

void TwoMonths::Definitions() {
  const struct {
    const char* id;
    Text title, fix;
    const char* runbook;
  } heads[] = {
      {"kubernetes.pods", {"Pods are healthy", "비정상 파드"},
       {"Read the previous container's log.", "이전 컨테이너 로그를 확인하세요."}, "docs/runbooks/pods.md"},
      {"kubernetes.node_usage", {"Nodes have room", "노드 사용률"},
       {"Move work away, or add a node.", "파드를 옮기거나 노드를 추가하세요."}, "https://runbooks.example/nodes?a=1&b=2"},
      {"postgres.connectivity", {"PostgreSQL answers", "PostgreSQL 연결"},
       {"Grant pg_monitor to the role.", "역할에 pg_monitor 권한을 부여하세요."}, "docs/runbooks/postgres.md"},
      {"http.endpoint", {"Endpoints answer as they should", "엔드포인트 응답"},
       {"Renew the certificate.", "인증서를 갱신하세요."}, "javascript:alert(1)"},
      {"velero.backups", {"Backups are complete", "백업 완료"},
       {"Run the backup again.", "백업을 다시 실행하세요."}, "docs/runbooks/velero.md"}};
  for (const auto& given : heads) {
    checks::Head head;
    head.id = given.id;
    head.definition = Sha256Hex(given.id);
    head.title = given.title;
    head.fix = given.fix;
    head.cadence = "daily";
    head.owner = "platform";
    head.runbook = given.runbook;
    head.covers = {"S4-D-01"};
    Must(store_->SaveDefinition(head, {{"any", 1}}));
  }
}

void TwoMonths::WaiversBefore() {
  Waiver waiver;
  waiver.owner = "shop";
  waiver.reason = "replaced in the next release <i>soon</i>";
  waiver.ticket = "OPS-77";
  waiver.approver = kMina;
  waiver.subject = "shop/Pod/app-5-*";
  waiver.expires = At("2027-01-01T00:00:00Z");
  Must(store_->AddWaiver(waiver).status());
  waiver.subject = "shop/Pod/nobody";           // Matches nothing.
  waiver.ticket = "";
  waiver.expires = At("2026-11-10T00:00:00Z");  // Ends inside the month.
  Must(store_->AddWaiver(waiver).status());
}

void TwoMonths::PlanSlots() {
  SlotPlan plan;
  plan.definition = "definition-1";
  plan.from = At("2026-09-30T15:00:00Z");
  plan.until = At("2026-12-31T15:00:00Z");
  plan.schedule = "daily";
  for (int day = 0; day < kDays; ++day) times_.push_back(DayAt(day));
  for (const Instant at : times_) {
    for (const char* target : {"orders-db", "production", "shop-api"}) plan.slots.push_back({"daily", target, at});
  }
  Must(store_->RecordPlanned(plan).status());
  // A second schedule whose file changes on 16 November: its later slots are superseded, others
  // stand in their place, and those after the last run are not yet due.
  plan.schedule = "evening";
  plan.slots.clear();
  for (int day = 31; day < kDays; ++day) plan.slots.push_back({"evening", "production", times_[day] + hours(9)});
  Must(store_->RecordPlanned(plan).status());
}

void TwoMonths::OddSlots(int day, const std::vector<Slot>& slots) {
  const auto move = [&](SlotState to, const std::string& reason, const Actor& actor) {
    for (const Slot& slot : slots) Must(store_->MoveSlots({slot.id}, to, reason, actor));
  };
  switch (day % 31) {
    case 3: return move(SlotState::kMissed, "not started within 10m, and catch-up is none", kDaemon);
    case 7: return move(SlotState::kBlackout, "freeze <u>window</u>", kDaemon);
    case 11: return move(SlotState::kOverlapped, "an earlier one still runs", kDaemon);
    case 13: return move(SlotState::kPaused, "database upgrade", kJin);
    default: return move(SlotState::kCancelled, "the cluster was moved", kJin);
  }
}

void TwoMonths::OneDay(int day) {
  clock_.SetWall(times_[static_cast<std::size_t>(day)] + seconds(3));
  std::vector<Slot> slots;
  for (const char* target : {"orders-db", "production", "shop-api"}) {
    slots.push_back(Must(store_->FindSlot({"daily", target, times_[static_cast<std::size_t>(day)]})));
  }
  const int of_month = day % 31;
  if (of_month == 3 || of_month == 7 || of_month == 11 || of_month == 13 || of_month == 17) {
    OddSlots(day, slots);
  } else {
    const RunId run = Look(day, slots);
    if (day == 50) Remedy(run, "shop/Pod/app-13-7d9f8b6c5-x2k4p", PlanState::kVerified);
    if (day == 52) Remedy(run, "shop/Pod/app-23-7d9f8b6c5-x2k4p", PlanState::kUnverified);
    if (day == 53) Remedy(run, HostileNames()[0], PlanState::kDenied);
    if (day == 58) Remedy(run, "shop/Pod/app-3-7d9f8b6c5-x2k4p", PlanState::kUnknown);
    if (day == 59) Remedy(run, "hostile/Pod/" + HostileNames()[10], PlanState::kPending);
    Deliveries(run, day);
  }
  if (day < 31) return;
  if (day == 46) {
    SlotPlan plan;
    plan.schedule = "evening";
    plan.definition = "definition-2";
    plan.from = clock_.Now();
    plan.until = At("2026-12-31T15:00:00Z");
    for (int later = 47; later < kDays; ++later) plan.slots.push_back({"evening", "production", times_[later] + hours(10)});
    Must(store_->RecordPlanned(plan).status());
  }
  // Evening slots have no checks of their own here; one is interrupted, one is still under way.
  const Instant evening = times_[static_cast<std::size_t>(day)] + hours(day < 46 ? 9 : 10);
  auto slot = store_->FindSlot({"evening", "production", evening});
  if (!slot.ok() || slot->state != SlotState::kPlanned || day >= 60) return;
  clock_.SetWall(evening + seconds(2));
  const Attempt attempt = Must(store_->ClaimSlot(slot->id, {kDaemon, "host/1"}));
  if (day == 59) return;
  const bool lost = day == 40;
  clock_.Advance(seconds(20));
  Must(store_->FinishSlot({attempt.id, lost ? SlotState::kInterrupted : SlotState::kOnTime,
                           lost ? "the process that ran it is gone" : ""},
                          kDaemon));
}

RunId TwoMonths::Look(int day, const std::vector<Slot>& slots) {
  const bool late = day % 5 == 0;
  if (late) clock_.Advance(minutes(7));
  RunStart start;
  start.trigger = "schedule";
  start.actor = kDaemon;
  start.version = "0.1.0";
  start.schedule = "daily";
  start.targets = {{"orders-db", "postgres", true}, {"production", "kubernetes", true}, {"shop-api", "http", false}};
  start.playbooks = {"http.endpoint", "kubernetes.node_usage", "kubernetes.pods", "postgres.connectivity",
                     "velero.backups"};
  start.planned = slots.front().key.planned;
  start.started = clock_.Now();
  start.holder = "host/1";
  RunFinish finish;
  for (const Slot& slot : slots) {
    const Attempt attempt = Must(store_->ClaimSlot(slot.id, {kDaemon, "host/1"}));
    start.attempts.push_back(attempt.id);
    finish.attempts.push_back({attempt.id, late ? SlotState::kLate : SlotState::kOnTime, late ? "started 7m late" : ""});
  }
  const RunId run = Must(store_->StartRun(start));
  finish.outcomes = {Pods(day), Nodes(day), Database(day), Endpoint(day), Backups()};
  for (checks::PlaybookOutcome& outcome : finish.outcomes) {
    outcome.started = clock_.Now();
    clock_.Advance(std::chrono::milliseconds(700));
    outcome.finished = clock_.Now();
  }
  finish.finished = clock_.Now();
  Must(store_->FinishRun(run, finish).status());
  return run;
}

void TwoMonths::Remedy(RunId run, const std::string& subject, PlanState state) {
  Plan plan;
  plan.run = run;
  plan.playbook = "kubernetes.pods";
  plan.target = "production";
  plan.subject = subject;
  plan.remedy = "restart_pod";
  plan.risk = "low";
  plan.hash = Sha256Hex("plan-" + std::to_string(++plans_));
  plan.requester = kJin;
  plan.expires = clock_.Now() + hours(1);
  const PlanId id = Must(store_->AddPlan(plan));
  if (state == PlanState::kPending) return;
  clock_.Advance(minutes(4));
  Approval approval;
  approval.plan = id;
  approval.hash = plan.hash;
  approval.actor = kMina;
  approval.approve = state != PlanState::kDenied;
  approval.reason = approval.approve ? "seen in the log, <b>safe</b>" : "not now | never";
  Must(store_->Approve(approval));
  if (!approval.approve) return;
  Must(store_->MovePlan(id, PlanState::kApplying, {}, kDaemon));
  const ActionId action = Must(store_->BeginAction({id, 1, {{"verb", "delete"}}, {{"uid", "a-1"}, {"restarts", 31}}, kDaemon}));
  if (state == PlanState::kUnknown) return;   // Died here: an intent without an outcome.
  clock_.Advance(seconds(2));
  Must(store_->EndAction(action, ActionState::kDone, {{"uid", "b-2"}, {"restarts", 0}}, ""));
  Must(store_->MovePlan(id, PlanState::kApplied, {}, kDaemon));
  clock_.Advance(seconds(90));
  const bool well = state == PlanState::kVerified;
  Must(store_->MovePlan(id, state,
                        well ? Text{"the check ran again and it is well", "재점검 결과 정상입니다"}
                             : Text{"the pod crashes again", "파드가 다시 비정상 종료됩니다"},
                        kDaemon, run));
}

void TwoMonths::Deliveries(RunId run, int day) {
  if (day % 10 != 0) return;
  Delivery delivery;
  delivery.run = run;
  delivery.subject = "report daily";
  delivery.channel = "webhook";
  delivery.destination = "https://hooks.example/upkeep?a=1&b=<2>";
  delivery.content_hash = Sha256Hex(std::to_string(day));
  const std::int64_t id = Must(store_->AddDelivery(delivery));
  if (day == 60) return;   // Not yet tried.
  Must(store_->RecordDeliveryAttempt(id, {DeliveryState::kPending, "500"}));
  Must(store_->RecordDeliveryAttempt(id, {day == 50 ? DeliveryState::kFailed : DeliveryState::kSent, "200"}));
}

}  // namespace upkeep::store
