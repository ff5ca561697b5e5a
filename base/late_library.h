// SPDX-License-Identifier: Apache-2.0
//
// A LateLibrary is a shared library that is loaded when it is first needed, and not before main()
// begins: libcurl and libpq bring 25 others (Kerberos, LDAP, GnuTLS, …), half of what starting the
// program would cost, and `upkeep --version` or `upkeep history` call neither. The functions that
// the program calls are forwarded under their own names (UPKEEP_FORWARD), so that callers include
// the library's header and notice nothing.
//
// UPKEEP_NEEDS_LATER writes the library's name into the program as systemd's ELF_DLOPEN_METADATA
// says, for whoever packs it: deploy/image/build reads it.
//
// THREADS: any.

#ifndef UPKEEP_BASE_LATE_LIBRARY_H_
#define UPKEEP_BASE_LATE_LIBRARY_H_

#include <string>

#include "base/status.h"

namespace upkeep {

class LateLibrary {
 public:
  /// `file` is what the loader looks for ("libpq.so.5"), `package` what Debian calls it. Both live
  /// as long as the program.
  constexpr LateLibrary(const char* file, const char* package) : file_(file), package_(package) {}

  /// Loads the library when nobody has; it then stays. kInternal, with the package to install,
  /// when it cannot be loaded. To be asked before the first forwarded call. Takes milliseconds.
  Status Load() const;

  /// Where `function` is. Ends the program with 70 and a line on stderr when the library is not
  /// there or lacks it: a caller that asked Load() knows better.
  void* Find(const char* function) const;

 private:
  const char* file_;
  const char* package_;
};

}  // namespace upkeep

/// Defines the C function `name`, which the library's header declares, as a call of the library's.
#define UPKEEP_FORWARD(library, type, name, parameters, arguments)                     \
  extern "C" type name parameters {                                                    \
    static auto* const found = reinterpret_cast<decltype(&name)>(library.Find(#name)); \
    return found arguments;                                                            \
  }

/// An ELF note of type 0x407c0c0a by "FDO" with the JSON that the specification gives.
#define UPKEEP_NEEDS_LATER(file, feature)                                                            \
  __asm__(".pushsection .note.dlopen, \"a\", %note\n"                                                \
          ".balign 4\n"                                                                              \
          ".long 1f - 0f, 3f - 2f, 0x407c0c0a\n"                                                     \
          "0: .asciz \"FDO\"\n"                                                                      \
          "1: .balign 4\n"                                                                           \
          "2: .asciz \"[{\\\"feature\\\":\\\"" feature                                               \
          "\\\",\\\"priority\\\":\\\"required\\\",\\\"soname\\\":[\\\"" file "\\\"]}]\"\n"           \
          "3: .balign 4\n"                                                                           \
          ".popsection\n")

#endif  // UPKEEP_BASE_LATE_LIBRARY_H_
