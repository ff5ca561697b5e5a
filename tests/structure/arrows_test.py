#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails on an include or a link line that arrows.txt does not allow, on a library's header
outside its one room, and on a file of more than 500 lines.

Usage: arrows_test.py SOURCE_FOLDER
"""
import fnmatch
import pathlib
import re
import sys

MAX_LINES = 500
GENERATED = {"docs"}


def read_table(path):
    allowed, owners = {}, []
    for line in path.read_text().splitlines():
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        if line.startswith("<"):
            header, room = line.split()
            owners.append((header, room))
        else:
            room, _, rooms = line.partition(":")
            allowed[room] = rooms.split()
    return allowed, owners


def room_of(path, rooms):
    best = ""
    for room in rooms:
        if (path == room or path.startswith(room + "/")) and len(room) > len(best):
            best = room
    return best


def may_use(room, other, allowed):
    return other == room or any(fnmatch.fnmatch(other, pattern) for pattern in allowed[room])


def target_rooms(root, rooms):
    """upkeep::name -> the room whose CMakeLists.txt makes it."""
    targets = {}
    for room in rooms:
        lists = root / room / "CMakeLists.txt"
        if lists.exists():
            for name in re.findall(r"^upkeep_library\((\w+)", lists.read_text(), re.M):
                targets[name] = room
    return targets


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    allowed, owners = read_table(pathlib.Path(__file__).with_name("arrows.txt"))
    errors = []
    sources = 0
    for top in ("base", "schedules", "checks", "reports", "runner"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in (".cc", ".h"):
                continue
            sources += 1
            name = path.relative_to(root).as_posix()
            room = room_of(name, allowed)
            if not room:
                errors.append(f"{name}: no room of arrows.txt owns this file")
                continue
            lines = path.read_text(errors="replace").splitlines()
            if len(lines) > MAX_LINES:
                errors.append(f"{name}: {len(lines)} lines, at most {MAX_LINES} are allowed")
            for number, line in enumerate(lines, 1):
                include = re.match(r'\s*#\s*include\s+(?:"([^"]+)"|(<[^>]+>))', line)
                if not include:
                    continue
                ours, library = include.groups()
                if ours and "/" in ours:
                    other = room_of(ours, allowed)
                    if not other or not may_use(room, other, allowed):
                        errors.append(f"{name}:{number}: {room} may not use {ours}")
                for header, owner in owners if library else ():
                    if library.startswith(header.rstrip(">")) and room != owner:
                        errors.append(f"{name}:{number}: {library} belongs to {owner} alone")
    targets = target_rooms(root, allowed)
    for room in allowed:
        lists = root / room / "CMakeLists.txt"
        if not lists.exists():
            continue
        for used in set(re.findall(r"upkeep::(\w+)", lists.read_text())):
            other = targets.get(used)
            if other is None:
                errors.append(f"{room}/CMakeLists.txt: nobody makes upkeep::{used}")
            elif not may_use(room, other, allowed):
                errors.append(f"{room}/CMakeLists.txt: {room} may not link upkeep::{used}")
    if sources < 20:
        errors.append(f"only {sources} sources found under {root}: nothing was checked")
    print("\n".join(errors) or f"{sources} sources and {len(targets)} targets keep to the arrows")
    return 1 if errors else 0


sys.exit(main())
