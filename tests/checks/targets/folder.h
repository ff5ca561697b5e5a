// SPDX-License-Identifier: Apache-2.0
#ifndef UPKEEP_TESTS_CHECKS_TARGETS_FOLDER_H_
#define UPKEEP_TESTS_CHECKS_TARGETS_FOLDER_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace upkeep::checks {

/// A folder that is gone with its owner.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "upkeep-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
    return Path(name);
  }

 private:
  std::string path_;
};

}  // namespace upkeep::checks

#endif  // UPKEEP_TESTS_CHECKS_TARGETS_FOLDER_H_
