#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/sources.md has each source and each row of the catalogue that a shipped playbook names, and no other.

usage: sources_test.py SOURCE_FOLDER
"""
import pathlib
import re
import sys

source = pathlib.Path(sys.argv[1])
documented = re.findall(r"^\| `([^`]+)` \|", (source / "docs/sources.md").read_text(encoding="utf-8"), re.M)
named = {}
for path in sorted((source / "playbooks").rglob("*.lua")):
    text = path.read_text(encoding="utf-8")
    rows = [row for covers in re.findall(r"covers = \{([^}]*)\}", text) for row in re.findall(r'"([^"]+)"', covers)]
    for name in re.findall(r'source = "([^"]+)"', text) + rows:
        named.setdefault(name, path.relative_to(source))

problems = [f"{path}: docs/sources.md lacks `{name}`" for name, path in named.items() if name not in documented]
problems += [f"docs/sources.md: no playbook names `{name}`" for name in documented if name not in named]
problems += [f"docs/sources.md: `{name}` twice" for name in set(documented) if documented.count(name) > 1]
if len(named) < 40:
    problems.append(f"only {len(named)} sources and rows were found: is the pattern right?")
print("\n".join(problems) or f"{len(named)} sources and rows")
sys.exit(bool(problems))
