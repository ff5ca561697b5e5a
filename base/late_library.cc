// SPDX-License-Identifier: Apache-2.0
#include "base/late_library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>

namespace upkeep {

Status LateLibrary::Load() const {
  // The loader counts: asking again finds it loaded.
  if (dlopen(file_, RTLD_NOW | RTLD_LOCAL) != nullptr) return Status::Ok();
  const char* const why = dlerror();
  return Status(Code::kInternal, std::string("the library ") + file_ + " cannot be loaded: " +
                                     (why == nullptr ? "no reason is given" : why))
      .WithHint(std::string("install the package ") + package_);
}

void* LateLibrary::Find(const char* function) const {
  void* const library = dlopen(file_, RTLD_NOW | RTLD_LOCAL);
  if (void* const found = library == nullptr ? nullptr : dlsym(library, function)) return found;
  std::fprintf(stderr, "upkeep: the library %s (package %s) lacks %s: %s\n", file_, package_, function, dlerror());
  _exit(70);
}

}  // namespace upkeep
