#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sentences that the C++ source says, and the catalogue of their Korean (base/korean/*.txt).

A sentence is a chain of string literals and values: `"no module " + name + " here"` reads as
"no module {} here". What stands beside its own Korean (`{"late", "지연"}`) needs no catalogue.
"""
import functools
import re
from pathlib import Path

TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|#[^\n]*(?:\\\n[^\n]*)*'
    r"|[A-Za-z_]\w*|\d[\w.']*|::|->|<<|>>|\S", re.S)
OPEN, CLOSE = "([{", ")]}"
HANGUL = re.compile("[\uac00-\ud7a3]")
PROSE = re.compile(
    r"(?<![\w./:$-])(?:[A-Z]?[a-z]+(?:['’-][a-z]+)*|a|I)[,;:]? (?:[a-z]+(?:['’-][a-z]+)*)(?![\w./=(-])(?!:[\w/])"
    # A hint may be one word of prose and a thing to type: `write at: "09:00"`.
    r"|^(?:write|remove|name|add|use|set|give|choose|put|make|see|one of) \S"
    r"|\b(?:in|at|of|to) [\w-]+\.(?:yaml|lua|md)$")
FORMAT = re.compile(r"%[-+0-9.]*(?:ll|l|z)?[a-zA-Z]|%%")
SIMPLE = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\\\": "\\", "\\'": "'", "\\0": "\0", "\\r": "\r"}


def unescaped(token):
    return re.sub(r"\\.", lambda m: SIMPLE.get(m.group(0), m.group(0)), token[1:-1])


@functools.lru_cache(maxsize=None)
def tokens_of(source):
    """(token, line); comments, preprocessor lines and raw strings left out."""
    found, line, counted = [], 1, 0
    for match in TOKEN.finditer(source):
        token = match.group(0)
        line += source.count("\n", counted, match.start())
        counted = match.start()
        if token.startswith(("//", "/*", "#")):
            continue
        if token.startswith('R"'):
            token = "RAW"
        found.append((token, line))
    return tuple(found)


def literals(source):
    """Each text of the source; parts that only a line break parts are one."""
    found, text = [], None
    for token, _ in tokens_of(source):
        if token[0] == '"':
            text = (text or "") + unescaped(token)
        elif text is not None:
            found.append(FORMAT.sub("{}", text) + "\1" + text)
            text = None
    return found


def operand_end(tokens, at):
    """Where the operand of a `+` that begins at `at` ends."""
    depth = 0
    while at < len(tokens):
        token = tokens[at][0]
        if token in OPEN:
            depth += 1
        elif token in CLOSE:
            if depth == 0:
                return at
            depth -= 1
        elif depth == 0 and token in ("+", ",", ";", "?", ":", "<<", "=", "&", "|"):
            return at
        at += 1
    return at


def has_korean_beside(tokens, at):
    """Whether a literal with Hangul stands in the same brackets or as a ternary's other half."""
    for step in (1, -1):
        depth, i, seen = 0, at, 0
        while 0 <= i < len(tokens) and seen < 80:
            token = tokens[i][0]
            opens, closes = (OPEN, CLOSE) if step == 1 else (CLOSE, OPEN)
            if token in opens:
                depth += 1
            elif token in closes:
                depth -= 1
                if depth < -1:
                    break
            elif token in ("{", "}", ";"):
                break
            elif token[0] == '"' and HANGUL.search(token):
                return True
            i += step
            seen += 1
    return False


def sentences(source):
    """(line, sentence) of each chain of literals and values in one file."""
    tokens = tokens_of(source)
    found, at = [], 0
    while at < len(tokens):
        token, line = tokens[at]
        if token[0] != '"' or HANGUL.search(token):
            at += 1
            continue
        start, text = at, ""
        # What stands before the first literal: `name + " is gone"`, also behind `<<`.
        before = tokens[at - 1][0] if at else ""
        if before == "+" or (before == "(" and at >= 2 and tokens[at - 2][0] == "string"):
            text = "{}" if before == "+" else ""
        while at < len(tokens):
            token = tokens[at][0]
            if token[0] == '"' and not HANGUL.search(token):
                text += unescaped(token)
                at += 1
                continue
            if token == ")" and at >= 1 and tokens[start - 1][0] == "(" and start >= 2 and tokens[start - 2][0] == "string":
                at += 1
                token = tokens[at][0]
                start = -1 if start < 0 else start
            if token == "+" and at + 1 < len(tokens) and tokens[at + 1][0] != "=":
                at += 1
                if tokens[at][0][0] == '"':
                    continue
                end = operand_end(tokens, at)
                if any(t[0][0] == '"' and PROSE.search(t[0]) for t in tokens[at:end]):
                    for inner_line, inner in sentences_in(tokens[at:end]):
                        found.append((inner_line, inner))
                text += "{}"
                at = end
                continue
            break
        if PROSE.search(text) and not has_korean_beside(tokens, max(start, 0)):
            found.append((line, text))
        at = max(at, start + 1)
    return found


def lua_as_cpp(source):
    """A file of base/lua/library in the notation that is read here."""
    source = re.sub(r"--[^\n]*", "", source).replace(" .. ", " + ").replace("#", "")
    # Where the last hole is a near word, (did you mean 'ready'?) is a message of its own.
    return source.replace("'%s'%s", "'%s'").replace("state%s;", "state;")


def sentences_in(tokens):
    return [(line, unescaped(token)) for token, line in tokens
            if token[0] == '"' and PROSE.search(token) and not HANGUL.search(token)]


SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|VALUES|ORDER BY|RETURNING|LEFT JOIN|JOIN|GROUP BY|UNION|PRAGMA|CREATE|AND|begin transaction)\b")
COMMAND = re.compile(r"\s*(upkeep|openssl|source) ")


def is_said(sentence):
    """Whether people read it: statements of SQL and commands to type are no sentences."""
    return not SQL.search(sentence) and not COMMAND.match(sentence)


class Catalogue:
    def __init__(self, folder):
        self.korean, self.place, self.section = {}, {}, {}
        for file in sorted(Path(folder).glob("*.txt")):
            english, section = None, ""
            for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
                if line.startswith("# "):
                    section = line
                if not line or line.startswith("#"):
                    continue
                if line.startswith("    "):
                    self.korean[english] = line[4:].replace("\\n", "\n").replace("\\\\", "\\")
                    continue
                english = line.replace("\\n", "\n").replace("\\\\", "\\").strip()
                self.section[english] = section
                self.place[english] = f"{file.name}:{number}"
        # With its longest part, which is looked for first: most patterns are ruled out by it.
        self.patterns = [
            (max(english.split("{}"), key=len),
             re.compile("(.*)".join(re.escape(part) for part in english.split("{}")), re.S))
            for english in self.korean if "{}" in english]

    @staticmethod
    def made_of(part, said):
        """Whether `part` is put together of at most four texts that the source has."""
        if part.strip(" :;") in said:
            return True
        words = re.findall(r"[^\s;']+|\s+|[;']s?", part)
        pieces = {0: 0}
        for start in range(len(words)):
            if pieces.get(start, 4) > 3:
                continue
            for end in range(start + 1, len(words) + 1):
                if "".join(words[start:end]).strip(" :;") not in said:
                    break   # And nothing longer is.
                pieces[end] = min(pieces.get(end, 9), pieces[start] + 1)
        return len(words) in pieces

    def says(self, sentence):
        """Whether `sentence` is a message with a Korean text, or a part that one is put together of."""
        filled = FORMAT.sub("{}", sentence)
        if self.knows(sentence) or self.knows(filled):
            return True
        if sentence[0] not in " ;,{'" and sentence[-1] not in " }":
            return False
        part = filled.strip("{}").strip()
        return any(part in english for english in self.korean)

    def knows(self, sentence):
        sentence = sentence.strip()
        if sentence in self.korean or not PROSE.search(sentence):
            return True
        for longest, pattern in self.patterns:
            match = longest in sentence and pattern.fullmatch(sentence)
            if match and all(self.knows(value) for value in match.groups()):
                return True
        for mark in ("; ", ": "):
            first, found, rest = sentence.partition(mark)
            if found and self.knows(first) and self.knows(rest):
                return True
        return False
