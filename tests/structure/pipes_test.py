#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A script with `pipefail` must not pipe into a reader that leaves before it has read everything.

The writer is then ended by SIGPIPE at times, the pipeline fails though the reader found what it
looked for, and under `set -e` the script ends without a word. `grep -q PATTERN < <(command)` and
`sed -n 1p` say the same and cannot fail that way.
"""
import pathlib
import re
import sys

# What may leave early. head with a count is among them, so is awk with an exit.
EARLY = re.compile(
    r"(?<!\|)\|\s*(?:"
    r"grep\s+(?:-[a-zA-Z]+\s+)*(?:-[a-zA-Z]*[qm][a-zA-Z0-9]*|--quiet|--max-count)\b"
    r"|head\b"
    r"|awk\b[^|]*\bexit\b"
    r"|sed\s+(?:-[a-zA-Z]+\s+)*['\"]?[^|'\"]*\bq\b"
    r")")


def complaints(text):
    """The line numbers of pipes into a reader that may leave early."""
    if "pipefail" not in text:
        return []
    return [number for number, line in enumerate(text.splitlines(), 1)
            if not line.lstrip().startswith("#") and EARLY.search(line)]


def scripts(source):
    for path in sorted(source.rglob("*")):
        parts = path.relative_to(source).parts
        if parts[0] in ("build", ".git") or not path.is_file() or path.is_symlink():
            continue
        if path.suffix not in ("", ".sh"):
            continue
        with path.open("rb") as file:
            head = file.readline()
        # A part that is sourced has no first line of its own; sh knows no pipefail.
        if (path.suffix == ".sh" or head.startswith(b"#!")) and not head.startswith(b"#!/bin/sh"):
            yield path


def main():
    source = pathlib.Path(sys.argv[1])
    # The rule knows the forms that were met, and leaves alone those that read to the end.
    for line in ("ldconfig -p | awk '$1 == w { print; exit }'", "a | head -1", "a | grep -qx b",
                 "a | grep -a -qF b", "a | grep -m1 b"):
        assert complaints("set -o pipefail\n" + line) == [2], line
    for line in ("grep -q b < <(a)", "a | sed -n 1p", "a | grep b", "# a | head -1", "a || head -1 b", "a | awk '{print}'"):
        assert complaints("set -o pipefail\n" + line) == [], line
    failed = seen = 0
    # A part that is sourced has the options of who sources it.
    for path in scripts(source):
        text = path.read_text(encoding="utf-8")
        seen += 1
        for number in complaints(text if path.suffix != ".sh" else "pipefail" + text):
            print(f"{path.relative_to(source)}:{number}: the reader of this pipe leaves early: "
                  f"{text.splitlines()[number - 1].strip()}")
            failed += 1
    assert seen > 40, f"only {seen} scripts found"
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
