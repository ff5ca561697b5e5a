// SPDX-License-Identifier: Apache-2.0
//
// upkeep deliver: a stored report or its findings, by webhook, mail or S3.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "checks/targets/secrets.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/deliver_parts.h"
#include "runner/cli/period.h"
#include "runner/cli/settings.h"
#include "runner/cli/workplace.h"
#include "runner/notify/not_sent.h"
#include "runner/notify/sender.h"
#include "runner/run/cluster_secrets.h"

namespace upkeep::cli {
namespace {

/// Channels as they are named, with --format in the place of the file's.
Result<notify::Deliveries> Chosen(const Invocation& invocation) {
  Result<notify::Deliveries> deliveries = LoadDeliveries(invocation);
  if (!deliveries.ok()) return deliveries;
  for (const std::string& name : invocation.Values("--to")) {
    if (deliveries->Find(name) != nullptr) continue;
    const std::string near = NearestWord(name, deliveries->Names());
    return Status(Code::kUsage, deliveries->file + " has no delivery called '" + name + "'")
        .WithHint(near.empty() ? "docs/deliveries.md" : "did you mean '" + near + "'?");
  }
  const std::string format = invocation.Value("--format");
  if (format.empty()) return deliveries;
  for (notify::Channel& channel : deliveries->channels) {
    if (channel.kind == notify::ChannelKind::kSmtp || channel.content == "findings") continue;
    channel.format = format;
  }
  return deliveries;
}

int Deliver(Invocation& invocation) {
  if (invocation.Values("--to").empty()) {
    return invocation.Fail(Status(Code::kUsage, "upkeep deliver needs to know where to")
                               .WithHint("--to NAME, as the file of deliveries has it; repeats"));
  }
  Result<store::ReportQuery> query = ReadPeriod(invocation, invocation.positionals.front());
  if (!query.ok()) return invocation.Fail(query.status());
  Result<notify::Deliveries> deliveries = Chosen(invocation);
  if (!deliveries.ok()) return invocation.Fail(deliveries.status());

  // Only a secret that a cluster keeps needs the inventory; without one the channel's try says so.
  auto opened = Workplace::OpenWithoutTargets(invocation);
  if (!opened.ok()) return invocation.Fail(opened.status());
  Workplace& place = **opened;
  const std::string holder = run::ProcessHolder();
  const Status ended = notify::EndLostDeliveries(place.store(), place.clock(), holder, run::HolderMayLive);
  if (!ended.ok()) return invocation.Fail(ended);
  Result<reports::ReportModel> model = place.store().FillReport(*query);
  if (!model.ok()) return invocation.Fail(model.status());
  run::ClusterSecrets clusters(place.reactor(), place.redactor(), place.inventory());
  checks::Secrets secrets(place.reactor(), place.redactor(), &clusters);
  notify::Sender sender(place.reactor(), place.store(), secrets, place.clock(), holder);
  std::vector<std::string> names;   // One that is named twice gets it once.
  for (const std::string& name : invocation.Values("--to")) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  const Limits limits = place.limits();
  const std::vector<notify::SendOutcome> outcomes =
      place.RunTask(sender.SendReport(*deliveries, names, *model, Language(invocation), limits));

  std::vector<std::vector<std::string>> rows = {{"DELIVERY", "TO", "STATE", "TRIES", "ANSWER"}};
  int code = 0;
  for (const notify::SendOutcome& outcome : outcomes) {
    rows.push_back({std::to_string(outcome.delivery), outcome.destination,
                    invocation.Say(outcome.status.ok() ? "sent" : "failed"), std::to_string(outcome.attempts),
                    invocation.Say(outcome.detail)});
  }
  *invocation.out << HeadedTable(invocation, std::move(rows));
  for (const notify::SendOutcome& outcome : outcomes) {
    if (!outcome.status.ok()) code = invocation.Fail(outcome.status);
  }
  // What had been taken before the signal came is sent all the same.
  return code != 0 && limits.cancel.cancelled() ? place.CancelledExit() : code;
}

}  // namespace

std::string DeliveriesPath(const Invocation& invocation) {
  const char* const variable = std::getenv("UPKEEP_DELIVERIES");
  const std::string path = invocation.Value("--deliveries", variable == nullptr ? "" : variable);
  if (!path.empty()) return path;
  std::error_code error;
  for (const char* const usual : {"deliveries.yaml", "/etc/upkeep/deliveries.yaml"}) {
    if (std::filesystem::exists(usual, error)) return usual;
  }
  return "";
}

Result<notify::Deliveries> LoadDeliveries(const Invocation& invocation) {
  const std::string path = DeliveriesPath(invocation);
  if (path.empty()) {
    return Status(Code::kConfig, "there is no file of deliveries, so there is nowhere to deliver to")
        .WithHint("write deliveries.yaml (docs/deliveries.md), or name it with --deliveries FILE");
  }
  return notify::ReadDeliveries(path);
}

std::vector<Command> MakeDeliverCommands() {
  Command deliver;
  deliver.name = "deliver";
  deliver.summary = "Send a report or its findings by webhook, mail or S3";
  deliver.positionals = {{"PERIOD", "daily, weekly, monthly, quarterly, or a run's number", true, false, PeriodNames()}};
  deliver.options = PeriodOptions();
  deliver.options.push_back({"--to", "NAME", "A delivery of the file; repeats", true, {}});
  deliver.options.push_back({"--deliveries", "FILE", "The file of deliveries (UPKEEP_DELIVERIES)", false, {}});
  deliver.options.push_back({"--format", "FORMAT", "Instead of the file's", false, {"html", "md", "json"}});
  deliver.examples =
      "  upkeep deliver monthly --zone Asia/Seoul --to archive --to mail\n"
      "  upkeep deliver 12 --to on-call\n";
  deliver.run = Deliver;
  return {deliver};
}

}  // namespace upkeep::cli
