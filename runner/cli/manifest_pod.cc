// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/manifest_pod.h"

#include <algorithm>

#include "base/value.h"

namespace upkeep::cli {
namespace {

bool HasFile(const ManifestOptions& options, std::string_view name) {
  return std::any_of(options.config_files.begin(), options.config_files.end(),
                     [&](const auto& file) { return file.first == name; });
}

std::string Mounts(const ManifestOptions& options, const Pod& pod) {
  // Single files, since a volume mounted on /etc/upkeep would leave no place for the folders below.
  std::string text =
      "- {name: store, mountPath: /var/lib/upkeep}\n"
      "- {name: tmp, mountPath: /tmp}\n"
      "- {name: schedules, mountPath: /etc/upkeep/schedules, readOnly: true}\n"
      "- {name: secrets, mountPath: /etc/upkeep/secrets, readOnly: true}\n";
  for (const auto& [name, ignored] : options.config_files) {
    text += "- {name: config, mountPath: /etc/upkeep/" + name + ", subPath: " + name + ", readOnly: true}\n";
  }
  if (pod.by_hand) text += "- {name: keys, mountPath: /etc/upkeep/keys, readOnly: true}\n";
  if (!pod.approver.empty()) {
    text += "- {name: approver, mountPath: /etc/upkeep/approver, readOnly: true}\n";
  }
  if (pod.writes) text += "- {name: write, mountPath: /etc/upkeep/write, readOnly: true}\n";
  return text;
}

/// One volume on one node: replicas go where the first of them is.
constexpr const char* kBesideTheOthers =
    "  restartPolicy: Always\n"
    "  affinity:\n"
    "    podAffinity:\n"
    "      requiredDuringSchedulingIgnoredDuringExecution:\n"
    "        - topologyKey: kubernetes.io/hostname\n"
    "          labelSelector: {matchLabels: {app.kubernetes.io/name: upkeep, app.kubernetes.io/component: daemon}}\n";

/// A ConfigMap's keys have no '/': the calendars' folder is made where they are mounted.
std::string ScheduleVolume(const ManifestOptions& options) {
  if (options.calendar_files.empty()) {
    return "- {name: schedules, configMap: {name: upkeep-schedules}}\n";
  }
  std::string text =
      "- name: schedules\n"
      "  projected:\n"
      "    sources:\n"
      "      - configMap: {name: upkeep-schedules}\n"
      "      - configMap:\n"
      "          name: upkeep-calendars\n"
      "          items:\n";
  for (const auto& [name, ignored] : options.calendar_files) {
    text += "            - {key: " + Quoted(name) + ", path: " + Quoted("calendars/" + name) + "}\n";
  }
  return text;
}

std::string Volumes(const ManifestOptions& options, const Pod& pod) {
  std::string text =
      "- {name: store, persistentVolumeClaim: {claimName: upkeep-store}}\n"
      "- {name: tmp, emptyDir: {sizeLimit: 64Mi}}\n"
      "- {name: config, configMap: {name: upkeep-config}}\n" +
      ScheduleVolume(options) +
      "- {name: secrets, secret: {secretName: upkeep-secrets, optional: true, defaultMode: 0440}}\n";
  if (pod.by_hand) text += "- {name: keys, configMap: {name: upkeep-keys, optional: true}}\n";
  if (!pod.approver.empty()) {
    text += "- {name: approver, secret: {secretName: " + Quoted(pod.approver) + ", defaultMode: 0440}}\n";
  }
  if (!pod.writes) return text;
  return text +
         "- name: write\n"
         "  projected:\n"
         "    defaultMode: 0440\n"
         "    sources:\n"
         "      - configMap: {name: upkeep-write-kubeconfig}\n"
         "      - secret: {name: upkeep-write-token}\n";
}

std::string Environment(const ManifestOptions& options) {
  std::string text =
      "- {name: UPKEEP_STORE, value: /var/lib/upkeep/upkeep.db}\n"
      "- {name: UPKEEP_INVENTORY, value: /etc/upkeep/inventory.yaml}\n"
      "- {name: UPKEEP_SCHEDULES, value: /etc/upkeep/schedules}\n";
  if (HasFile(options, "deliveries.yaml")) {
    text += "- {name: UPKEEP_DELIVERIES, value: /etc/upkeep/deliveries.yaml}\n";
  }
  return text;
}

std::string Container(const ManifestOptions& options, const Pod& pod) {
  std::string arguments;
  for (const std::string& argument : pod.arguments) {
    arguments += (arguments.empty() ? "" : ", ") + Quoted(argument);
  }
  return "- name: upkeep\n"
         "  image: " + Quoted(options.image) + "\n"
         "  imagePullPolicy: IfNotPresent\n"
         "  args: [" + arguments + "]\n"
         "  env:\n" + Indented(Environment(options), 4) +
         "  resources:\n"
         "    requests: {cpu: 50m, memory: 64Mi}\n"
         "    limits: {memory: 256Mi}\n"
         "  securityContext:\n"
         "    allowPrivilegeEscalation: false\n"
         "    readOnlyRootFilesystem: true\n"
         "    capabilities: {drop: [ALL]}\n"
         "  volumeMounts:\n" + Indented(Mounts(options, pod), 4);
}

}  // namespace

std::string Indented(std::string_view text, int indent) {
  const std::string blanks(static_cast<std::size_t>(indent), ' ');
  std::string indented;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > at) indented += blanks;
    indented.append(text.substr(at, end - at)).append("\n");
    at = end + 1;
  }
  return indented;
}

std::string Quoted(std::string_view text) {
  // A JSON string is a YAML scalar.
  return CanonicalJson(Value(std::string(text)));
}

std::string BlockYaml(const std::string& name, std::string_view text) {
  constexpr int kIndent = 2;
  // The indicator says how far it is indented, whatever the first line begins with; "+" keeps
  // empty lines at the end, "-" a missing line end.
  const std::string_view keep = text.ends_with("\n\n") ? "+" : text.ends_with('\n') ? "" : "-";
  return name + ": |" + std::to_string(kIndent) + std::string(keep) + "\n" + Indented(text, kIndent);
}

std::string PodTemplateYaml(const ManifestOptions& options, const Pod& pod, int indent) {
  return Indented(
      std::string("metadata:\n") +
      "  labels: {app.kubernetes.io/name: upkeep" + (pod.forever ? ", app.kubernetes.io/component: daemon" : "") + "}\n"
      "spec:\n"
      "  serviceAccountName: upkeep\n" + (pod.forever ? kBesideTheOthers : "  restartPolicy: Never\n") +
      "  terminationGracePeriodSeconds: " + std::to_string(pod.grace_seconds) + "\n"
      "  securityContext:\n"
      "    runAsNonRoot: true\n"
      "    runAsUser: 10001\n"
      "    runAsGroup: 10001\n"
      "    fsGroup: 10001\n"
      "    fsGroupChangePolicy: OnRootMismatch\n"
      "    seccompProfile: {type: RuntimeDefault}\n"
      "  containers:\n" + Indented(Container(options, pod), 4) +
      "  volumes:\n" + Indented(Volumes(options, pod), 4),
      indent);
}

}  // namespace upkeep::cli
