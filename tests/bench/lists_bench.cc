// SPDX-License-Identifier: Apache-2.0
//
// How long the snapshot of a cluster takes, against curl fetching the same lists eight at a
// time, and how much memory it holds at its peak. Both run as processes of their own, in turns.
//
//     lists_bench KUBECONFIG [ROUNDS]          prints a line each, and the ratio of the medians
//
// Uses: curl. The kubeconfig must name a client certificate.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "checks/kubernetes/module.h"

namespace upkeep {
namespace {

struct Row {
  std::string need;
  std::vector<std::string> fields;
};

// Every list that the playbooks of the morning read, with the fields that they declare.
const std::vector<Row>& Rows() {
  static const std::vector<Row> kRows = {
      {"pods",
       {"metadata.name", "metadata.namespace", "metadata.uid", "metadata.ownerReferences",
        "metadata.creationTimestamp", "metadata.deletionTimestamp", "spec.nodeName",
        "spec.containers.name", "spec.containers.image", "spec.containers.resources", "spec.volumes",
        "status.phase", "status.reason", "status.conditions", "status.containerStatuses",
        "status.initContainerStatuses"}},
      {"nodes", {"metadata.name", "metadata.uid", "spec", "status.conditions", "status.allocatable"}},
      {"namespaces", {"metadata.name", "status.phase"}},
      {"events", {"metadata", "involvedObject", "reason", "type", "count", "lastTimestamp"}},
      {"services", {"metadata.name", "metadata.namespace", "spec"}},
      {"endpointslices", {"metadata", "endpoints"}},
      {"persistentvolumes", {"metadata", "spec", "status"}},
      {"persistentvolumeclaims", {"metadata", "spec", "status"}},
      {"deployments", {"metadata", "spec.replicas", "status"}},
      {"replicasets", {"metadata", "spec.replicas", "status"}},
      {"statefulsets", {"metadata", "spec.replicas", "status"}},
      {"daemonsets", {"metadata", "status"}},
      {"jobs", {"metadata", "spec", "status"}},
      {"cronjobs", {"metadata", "spec.schedule", "spec.suspend", "status"}},
      {"resourcequotas", {"metadata", "status"}},
      {"horizontalpodautoscalers", {"metadata", "spec", "status"}},
      {"poddisruptionbudgets", {"metadata", "spec", "status"}},
      {"ingresses", {"metadata", "spec", "status"}},
      {"storageclasses", {"metadata", "provisioner"}},
  };
  return kRows;
}

// The snapshot, once; its process is what is measured.
int Once(const std::string& kubeconfig) {
  Redactor redactor;
  Result<kubernetes::Access> access = kubernetes::ReadKubeconfig(kubeconfig, "", redactor);
  Result<std::unique_ptr<io::Reactor>> reactor = io::Reactor::Create();
  if (!access.ok() || !reactor.ok()) {
    std::fprintf(stderr, "%s\n", (access.ok() ? reactor.status() : access.status()).Describe().c_str());
    return 1;
  }
  kubernetes::KubernetesModule module(
      std::make_unique<kubernetes::KubernetesClient>(**reactor, *std::move(access), redactor),
      nullptr);
  std::vector<checks::Need> needs;
  for (const Row& row : Rows()) {
    checks::Need need;
    need.module = "kubernetes";
    need.verb = "list";
    need.object = row.need;
    need.fields = row.fields;
    needs.push_back(std::move(need));
  }
  const Limits limits = Limits().Within(std::chrono::minutes(5));
  for (const Status& status : (*reactor)->RunUntilDone(module.Prepare(std::move(needs), limits))) {
    if (status.ok()) continue;
    std::fprintf(stderr, "%s\n", status.Describe().c_str());
    return 1;
  }
  std::printf("%zu %zu\n", module.snapshot().bytes_downloaded(), module.snapshot().bytes_kept());
  return 0;
}

struct Measured {
  double milliseconds = 0;
  double mebibytes = 0;              ///< Peak resident set.
  double cpu_milliseconds = 0;
  std::string output;
};

Measured Run(const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  const auto before = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 1);
    close(ends[0]);
    close(ends[1]);
    execvp(pointers[0], pointers.data());
    _exit(127);
  }
  close(ends[1]);
  Measured measured;
  char piece[4096];
  for (ssize_t got = 0; (got = read(ends[0], piece, sizeof(piece))) > 0;) {
    measured.output.append(piece, static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - before;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::fprintf(stderr, "%s failed\n", pointers[0]);
    std::exit(1);
  }
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  measured.milliseconds = took.count();
  measured.mebibytes = static_cast<double>(usage.ru_maxrss) / 1024;
  measured.cpu_milliseconds = ms(usage.ru_utime) + ms(usage.ru_stime);
  return measured;
}

void Write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int Compare(const std::string& self, const std::string& kubeconfig, int rounds) {
  Redactor redactor;
  const Result<kubernetes::Access> access = kubernetes::ReadKubeconfig(kubeconfig, "", redactor);
  if (!access.ok()) {
    std::fprintf(stderr, "%s\n", access.status().Describe().c_str());
    return 1;
  }
  char folder_name[] = "/tmp/lists-bench-XXXXXX";
  const std::filesystem::path folder = mkdtemp(folder_name);
  Write(folder / "ca.crt", access->tls.ca_pem);
  Write(folder / "client.crt", access->tls.certificate_pem);
  Write(folder / "client.key", access->tls.private_key_pem);
  // To curl's own name the API server answers with indented JSON, twice the bytes.
  std::vector<std::string> curl = {"curl", "-sS", "--no-progress-meter", "--fail",
                                   "--user-agent", "upkeep", "--cacert", folder / "ca.crt",
                                   "--cert", folder / "client.crt", "--key", folder / "client.key",
                                   "--parallel", "--parallel-max", "8"};
  std::string names;
  for (const Row& row : Rows()) {
    const Result<kubernetes::Resource> resource = kubernetes::ParseResource(row.need);
    curl.insert(curl.end(), {"-o", "/dev/null", access->server + resource->Path("", "")});
    names += (names.empty() ? "" : " ") + row.need;
  }
  std::printf("lists: %s\n", names.c_str());
  std::vector<double> curl_times, our_times, our_memory;
  for (int round = 0; round < rounds; ++round) {
    const Measured theirs = Run(curl);
    const Measured ours = Run({self, "--once", kubeconfig});
    std::printf("curl %7.1f ms (cpu %5.1f)   upkeep %7.1f ms (cpu %5.1f) %5.1f MiB   %s",
                theirs.milliseconds, theirs.cpu_milliseconds, ours.milliseconds,
                ours.cpu_milliseconds, ours.mebibytes, ours.output.c_str());
    curl_times.push_back(theirs.milliseconds);
    our_times.push_back(ours.milliseconds);
    our_memory.push_back(ours.mebibytes);
  }
  std::filesystem::remove_all(folder);
  std::printf("ratio %.2f   peak %.1f MiB   (medians of %d: upkeep %.1f ms, curl %.1f ms)\n",
              Median(our_times) / Median(curl_times),
              *std::max_element(our_memory.begin(), our_memory.end()), rounds, Median(our_times),
              Median(curl_times));
  return 0;
}

}  // namespace
}  // namespace upkeep

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 2 && arguments[0] == "--once") return upkeep::Once(arguments[1]);
  if (arguments.empty() || arguments.size() > 2) {
    std::fprintf(stderr, "usage: lists_bench KUBECONFIG [ROUNDS]\n");
    return 64;
  }
  const int rounds = arguments.size() == 2 ? std::max(1, std::atoi(arguments[1].c_str())) : 15;
  return upkeep::Compare("/proc/self/exe", arguments[0], rounds);
}
