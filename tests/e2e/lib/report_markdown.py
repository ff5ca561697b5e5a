# SPDX-License-Identifier: Apache-2.0
"""The tables of a Markdown report, as a reader of Markdown would see their cells."""
import html
import re


def tables(text):
    """heading → list of rows, without the row of column heads and its rule."""
    found, heading, rule_seen = {}, "", False
    for line in text.splitlines():
        if line.startswith("#"):
            heading, rule_seen = line.lstrip("# "), False
        elif line.startswith("|---"):
            rule_seen = True
        elif line.startswith("|") and rule_seen:
            cells = re.split(r"(?<!\\)(?:\\\\)*\|", line)[1:-1]
            found.setdefault(heading, []).append([cell_text(cell) for cell in cells])
        elif not line.startswith("|"):
            rule_seen = False
    return found


def cell_text(cell):
    return html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", cell.strip(" ")))
