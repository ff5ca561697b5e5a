// SPDX-License-Identifier: Apache-2.0
//
// upkeep waiver add | list | revoke: accepted exceptions with an owner and an end.
#include <algorithm>
#include <limits>

#include "reports/words.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/workplace.h"
#include "runner/run/session.h"

namespace upkeep::cli {
namespace {

using reports::OneLine;

/// "30d", or a date or time.
Result<Instant> ReadExpiry(const std::string& text, Instant now) {
  if (const auto duration = ParseDuration(text); duration.ok()) return now + *duration;
  if (const auto day = ParseRfc3339(text + "T00:00:00Z"); day.ok()) return *day;
  Result<Instant> instant = ParseRfc3339(text);
  if (instant.ok()) return instant;
  return Status(Code::kUsage, "--expires '" + text + "' is no duration, date or time")
      .WithHint("30d, 2026-12-31 or 2026-12-31T09:00:00Z");
}

/// A waiver is looked at again at least about once a year: beyond that nobody remembers why.
constexpr std::chrono::days kLongestWaiver{400};

/// What is wrong with who answers for it, why and until when.
Status CheckTyped(const Invocation& invocation, const store::Waiver& waiver) {
  for (const char* required : {"--owner", "--reason", "--expires"}) {
    if (invocation.Value(required).find_first_not_of(" \t\n") == std::string::npos) {
      return Status(Code::kUsage, std::string("a waiver needs ") + required)
          .WithHint("an exception without an owner, a reason and an end is never looked at again");
    }
  }
  if (OneLine(waiver.owner) != waiver.owner) {
    return Status(Code::kUsage, "an owner is a name in one line").WithHint("--owner shop-team");
  }
  return Status::Ok();
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
  if (const Status typed = CheckTyped(invocation, waiver); !typed.ok()) return invocation.Fail(typed);
  Result<Instant> expires = ReadExpiry(invocation.Value("--expires"), waiver.created);
  if (!expires.ok()) return invocation.Fail(expires.status());
  waiver.expires = *expires;
  if (waiver.expires > waiver.created + kLongestWaiver) {
    return invocation.Fail(Status(Code::kUsage, "--expires '" + invocation.Value("--expires") + "' is more than " +
                                                    std::to_string(kLongestWaiver.count()) + " days from now")
                               .WithHint("an exception that counts for longer is never looked at again"));
  }
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
    rows.push_back({std::to_string(waiver.id), invocation.Say(state), OneLine(waiver.playbook), OneLine(waiver.target),
                    OneLine(waiver.subject), OneLine(waiver.owner),
                    FormatRfc3339(std::chrono::floor<std::chrono::seconds>(waiver.expires)),
                    std::to_string(waiver.matched), OneLine(waiver.reason)});
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
