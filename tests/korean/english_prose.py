#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Finds English prose that is left in Korean output.

    english_prose.py [--allow TEXT]... [--quotations] FILE...

Prose is two English words side by side. A word is lower-case letters, perhaps with a capital in
front; names (with a digit or a mark inside, or all capitals), paths, flags and addresses are none,
and neither is a command to type, which begins with its program.
What stands in quotation marks or in <code> is not ours: it is prose all the same unless --allow
has it, since only what a server really said may stand there; --quotations allows all of them, where
nobody can know what the servers will say. Recorded data, in <pre>, is shown as it is. Ends 1 when
something was found.
"""
import argparse
import html
import re
import sys

WORD = re.compile(r"^[A-Za-z][a-z]+(?:['’-][a-z]+)*$|^[aAI]$")
PROGRAMS = ("upkeep", "kubectl")
EDGE = "()[]{}.,;:!?…·|<>*#"
QUOTED = re.compile(r"“([^”]*)”|\"([^\"\n]*)\"|`([^`\n]*)`|(?<![A-Za-z])'([^'\n]*)'(?![A-Za-z])")


def visible(page):
    """What a reader sees of an HTML page; commands in <code> stand between back quotes."""
    page = re.sub(r"(?s)<(style|script|title|pre)\b.*?</\1>", " ", page)
    page = re.sub(r"(?s)<code[^>]*>(.*?)</code>", lambda m: "`" + m.group(1).replace("`", "'") + "`", page)
    page = re.sub(r"<[^>]+>", " \n ", page)
    return html.unescape(page)


def runs(text):
    """Runs of two or more words of prose in one line."""
    found, run = [], []
    for token in text.split(" "):
        bare = token.strip(EDGE)
        ends = token != token.rstrip(EDGE) and bool(token.rstrip(EDGE))
        starts = token != token.lstrip(EDGE)
        if starts and len(run) > 1:
            found.append(" ".join(run))
        if starts:
            run = []
        if WORD.match(bare):
            run.append(bare)
        else:
            if len(run) > 1:
                found.append(" ".join(run))
            run = []
        if ends:
            if len(run) > 1:
                found.append(" ".join(run))
            run = []
    if len(run) > 1:
        found.append(" ".join(run))
    return found


def prose(text, allowed=(), quotations=False):
    """(line number, what) of each run of prose in `text` that `allowed` does not explain."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        quotes = []

        def keep(match):
            quotes.append(next(group for group in match.groups() if group is not None))
            return " \u0000 "

        bare = QUOTED.sub(keep, line)
        found += [(number, run) for run in runs(bare) if run.split(" ")[0] not in PROGRAMS]
        for quote in [] if quotations else quotes:
            if any(text in quote or quote in text for text in allowed if quote):
                continue
            found += [(number, f"quoted: {quote}") for run in runs(quote)[:1]]
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--allow", action="append", default=[])
    parser.add_argument("--quotations", action="store_true")
    parser.add_argument("files", nargs="+")
    given = parser.parse_args()
    count = 0
    for name in given.files:
        text = open(name, encoding="utf-8").read()
        if name.endswith(".html"):
            text = visible(text)
        for line, what in prose(text, given.allow, given.quotations):
            count += 1
            print(f"{name}:{line}: {what}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
