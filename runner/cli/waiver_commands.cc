// SPDX-License-Identifier: Apache-2.0
//
// upkeep waiver add | list | revoke: accepted exceptions with an owner and an end.
#include <algorithm>
#include <limits>

#include "runner/cli/command_parts.h"
#include "runner/cli/workplace.h"
#include "runner/run/session.h"

namespace upkeep::cli {
namespace {

/// "30d", or a date or time.
Result<Instant> ReadExpiry(const std::string& text, Instant now) {
  if (const auto duration = ParseDuration(text); duration.ok()) return now + *duration;
  if (const auto day = ParseRfc3339(text + "T00:00:00Z"); day.ok()) return *day;
  Result<Instant> instant = ParseRfc3339(text);
  if (instant.ok()) return instant;
  return Status(Code::kUsage, "--expires '" + text + "' is no duration, date or time")
      .WithHint("30d, 2026-12-31 or 2026-12-31T09:00:00Z");
}

/// Whether the waiver covers a finding that is open now: a misspelt one never covers any.
Result<bool> CoversSomething(store::Store& store, const store::Waiver& waiver) {
  store::FindingFilter open;
  open.open = true;
  open.limit = std::numeric_limits<std::int64_t>::max();
  Result<std::vector<store::Finding>> findings = store.Findings(open);
  if (!findings.ok()) return findings.status();
  return std::any_of(findings->begin(), findings->end(), [&](const store::Finding& finding) {
    return (waiver.covers_unknown || finding.state != checks::State::kUnknown) &&
           store::GlobMatches(waiver.playbook, finding.playbook) &&
           store::GlobMatches(waiver.target, finding.target) && store::GlobMatches(waiver.subject, finding.subject);
  });
}

int Add(Invocation& invocation) {
  SystemClock clock;
  store::Waiver waiver;
  waiver.owner = invocation.Value("--owner");
  waiver.reason = invocation.Value("--reason");
  waiver.ticket = invocation.Value("--ticket");
  waiver.playbook = invocation.Value("--playbook", "*");
  waiver.target = invocation.Value("--target", "*");
  waiver.subject = invocation.Value("--subject", "*");
  waiver.covers_unknown = invocation.Has("--unknown-too");
  waiver.approver = run::OperatingSystemActor();
  waiver.created = clock.Now();
  for (const char* required : {"--owner", "--reason", "--expires"}) {
    if (invocation.Value(required).find_first_not_of(" \t\n") == std::string::npos) {
      return invocation.Fail(Status(Code::kUsage, std::string("a waiver needs ") + required)
                                 .WithHint("an exception without an owner, a reason and an end "
                                           "is never looked at again"));
    }
  }
  Result<Instant> expires = ReadExpiry(invocation.Value("--expires"), waiver.created);
  if (!expires.ok()) return invocation.Fail(expires.status());
  waiver.expires = *expires;
  Result<std::unique_ptr<store::Store>> store = OpenStore(invocation, false);
  if (!store.ok()) return invocation.Fail(store.status());
  Result<std::int64_t> id = (*store)->AddWaiver(waiver);
  if (!id.ok()) return invocation.Fail(id.status());
  *invocation.out << invocation.Say("waiver " + std::to_string(*id) + " counts until " +
                                    FormatRfc3339(std::chrono::floor<std::chrono::seconds>(waiver.expires)) + ", from the next run on")
                  << "\n";
  const Result<bool> covers = CoversSomething(**store, waiver);
  if (!covers.ok()) return invocation.Fail(covers.status());
  if (!*covers) {
    *invocation.err << "upkeep: " << invocation.Say("no open finding is one that it covers; is each name as the report has it?")
                    << "\n";
  }
  return 0;
}

int ListWaivers(Invocation& invocation) {
  Result<std::unique_ptr<store::Store>> store = OpenStore(invocation, true);
  if (!store.ok()) return invocation.Fail(store.status());
  SystemClock clock;
  Result<std::vector<store::Waiver>> waivers = (*store)->Waivers();
  if (!waivers.ok()) return invocation.Fail(waivers.status());
  std::vector<std::vector<std::string>> rows = {
      {"ID", "STATE", "PLAYBOOK", "TARGET", "SUBJECT", "OWNER", "EXPIRES", "MATCHED", "REASON"}};
  for (const store::Waiver& waiver : *waivers) {
    const std::string state = waiver.revoked ? "revoked"
                              : waiver.expires <= clock.Now() ? "expired" : "active";
    rows.push_back({std::to_string(waiver.id), invocation.Say(state), waiver.playbook, waiver.target,
                    waiver.subject, waiver.owner, FormatRfc3339(std::chrono::floor<std::chrono::seconds>(waiver.expires)),
                    std::to_string(waiver.matched), PrintableText(waiver.reason)});
  }
  *invocation.out << HeadedTable(invocation, std::move(rows));
  return 0;
}

int Revoke(Invocation& invocation) {
  const std::string typed = invocation.positionals.front();
  if (typed.empty() || typed.size() > 18 ||
      typed.find_first_not_of("0123456789") != std::string::npos) {
    return invocation.Fail(Status(Code::kUsage, "'" + typed + "' is no waiver's number"));
  }
  if (invocation.Value("--reason").empty()) {
    return invocation.Fail(Status(Code::kUsage, "say why with --reason"));
  }
  Result<std::unique_ptr<store::Store>> store = OpenStore(invocation, false);
  if (!store.ok()) return invocation.Fail(store.status());
  const Status revoked = (*store)->RevokeWaiver(std::stoll(typed), invocation.Value("--reason"),
                                                run::OperatingSystemActor());
  if (!revoked.ok()) return invocation.Fail(revoked);
  *invocation.out << invocation.Say("waiver " + typed + " no longer counts") << "\n";
  return 0;
}

}  // namespace

std::vector<Command> MakeWaiverCommands() {
  Command add, list, revoke;
  add.name = "waiver add";
  add.summary = "Accept a known finding for a time, with owner and reason";
  add.options = {
      {"--owner", "NAME", "Who answers for it", false, {}},
      {"--reason", "TEXT", "Why it is accepted", false, {}},
      {"--expires", "WHEN", "30d, 2026-12-31 or an RFC 3339 time", false, {}},
      {"--ticket", "ID", "Where it is followed up", false, {}},
      {"--playbook", "GLOB", "Which playbooks", false, {}},
      {"--target", "GLOB", "Which targets", false, {}},
      {"--subject", "GLOB", "Which subjects: shop/Pod/web-*", false, {}},
      {"--unknown-too", "", "Cover results that could not be looked at, too", false, {}},
  };
  add.examples = "  upkeep waiver add --playbook kubernetes.pods --subject 'shop/Pod/batch-*' \\\n"
                 "    --owner shop-team --reason 'fixed by release 14' --expires 14d\n";
  add.run = Add;
  list.name = "waiver list";
  list.summary = "Every waiver, and what it covered";
  list.run = ListWaivers;
  revoke.name = "waiver revoke";
  revoke.summary = "End a waiver before its time";
  revoke.positionals = {{"ID", "Its number", true, false}};
  revoke.options = {{"--reason", "TEXT", "Why", false, {}}};
  revoke.run = Revoke;
  return {add, list, revoke};
}

}  // namespace upkeep::cli
