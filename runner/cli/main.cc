// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "runner/cli/command.h"
#include "runner/cli/settings.h"
#include "runner/isolate/child.h"

int main(int argc, char** argv) {
  // Nothing of upkeep's own may have begun in a process that a stranger's playbook will run in.
  if (upkeep::isolate::IsChild(argc, argv)) return upkeep::isolate::ChildMain();
  // A reader that went away (upkeep list | head) is no death: what was found is still to be stored.
  std::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);
  return upkeep::cli::Main(argc, argv, std::cout, std::cerr, upkeep::cli::TerminalColumns(STDOUT_FILENO));
}
