// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/pod_files.h"

#include <filesystem>

namespace upkeep::cli {
namespace {

constexpr const char* kIntoTheSecret = "put it into the Secret upkeep-secrets, and write secrets/NAME";

}  // namespace

PodFiles::PodFiles(const std::string& file) : folder_(std::filesystem::path(file).parent_path().string()) {
  if (!folder_.empty()) folder_ += "/";
}

void PodFiles::File(const std::string& path, const SourcePlace& place) {
  if (path.empty()) return;
  for (const std::string& known : {folder_ + "secrets/", folder_ + "write/", folder_ + "keys/", std::string("/etc/upkeep/"),
                                   std::string("/etc/ssl/"), std::string("/var/run/secrets/")}) {
    if (path.starts_with(known)) return;
  }
  Add("no pod has the file " + path, kIntoTheSecret, place);
}

void PodFiles::Secret(const checks::SecretSource& source, const SourcePlace& place) {
  File(source.file, place);
  if (!source.environment.empty()) Add("no pod has the variable " + source.environment, kIntoTheSecret, place);
  if (!source.exec.empty()) {
    Add("no pod has the program " + source.exec.front(), "the image holds upkeep and nothing else", place);
  }
}

void PodFiles::Tls(const checks::TlsSettings& tls, const SourcePlace& place) {
  for (const std::string* const file : {&tls.ca_file, &tls.certificate_file, &tls.key_file}) File(*file, place);
}

void PodFiles::Add(std::string what, const char* hint, const SourcePlace& place) {
  missing_.push_back(Status(Code::kInvalid, std::move(what)).WithHint(hint).At(place));
}

}  // namespace upkeep::cli
