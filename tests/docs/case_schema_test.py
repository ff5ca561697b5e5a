#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docs/schema/case.schema.json and the reader of case files allow the same documents.

usage: case_schema_test.py SOURCE_FOLDER UPKEEP

A good case file is changed in one place at a time, by hand and by taking out and retyping each part of
it; `upkeep validate` and the schema must agree on every one, and on the ones by hand with what is
written here. A repeated key, a day that
its month lacks, and a name or pointer that leads nowhere are beyond a schema: runner/run has tests of them.
"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema

source, upkeep = pathlib.Path(sys.argv[1]), sys.argv[2]
schema = jsonschema.Draft202012Validator(json.loads((source / "docs/schema/case.schema.json").read_text()))
GOOD = {
    "format": 1, "playbook": "team.check", "cases": [{
        "name": "n", "now": "2026-11-21T09:00:00Z", "params": {"any": {"thing": 1}},
        "target": {"name": "orders", "kind": "postgres", "port": 5432},
        "calls": [{"call": "postgres.query", "arguments": ["select"], "answer": [{"pid": "41"}]},
                  {"call": "kubernetes.list", "arguments": [], "documents": []},
                  {"call": "postgres.server", "arguments": [], "error": {"reason": "timeout", "message": "late"}}],
        "expect": {"results": [{"subject": "Session/41", "state": "unknown", "reason": "timeout", "remedy": "end",
                                "detail": "d", "place": "p:1", "summary": {"en": "late", "ko": "늦음"}}],
                   "metrics": [{"name": "age", "subject": "Session/41", "value": 1.5, "unit": "s"}]}}]}
GOOD["cases"].append({
    "name": "v", "from": "n", "now": "2026-11-22T09:00:00Z", "params": {}, "changes": {"/calls/0/answer/0/pid": "42"},
    "expect": {"results": [{"subject": "Session/42", "state": "ok"}]}})
VARIANT = ("cases", 1)
CASE, RESULT = ("cases", 0), ("cases", 0, "expect", "results", 0)
BY_HAND = [  # Where, what stands there, whether it is allowed.
    (("format",), 1.0, True), (("format",), 2, False), (("format",), "1", False), (("format",), True, False),
    (("cases",), [], False), (CASE + ("name",), "", False), (CASE + ("nmae",), "n", False),
    (CASE + ("now",), "yesterday", False), (CASE + ("now",), "2026-11-21T09:00:00.5+09:00", True),
    (CASE + ("now",), "2026-11-21 09:00:00Z", True), (CASE + ("now",), "2026-11-21T09:00:00", False),
    (CASE + ("now",), "2026-13-21T09:00:00Z", False), (CASE + ("now",), "2026-11-21T25:00:00Z", False),
    (CASE + ("target", "kind"), "postgress", False), (CASE + ("target", "anything"), 1, True),
    (CASE + ("expcet",), {}, False), (CASE + ("expect", "result"), [], False), (CASE + ("expect", "results"), [], False),
    (CASE + ("calls",), [], True), (CASE + ("calls", 0, "call"), "query", False),
    (CASE + ("calls", 0, "call"), "a.b.c", False), (CASE + ("calls", 0, "call"), "A.b", False),
    (CASE + ("calls", 0, "answer"), None, True), (CASE + ("calls", 0, "documents"), [], False),
    (CASE + ("calls", 0, "anwser"), 1, False), (CASE + ("calls", 2, "error", "reason"), "not_permitted", True),
    (CASE + ("calls", 2, "error", "reason"), "ok", False), (CASE + ("calls", 2, "error", "reason"), "", False),
    (CASE + ("calls", 2, "error", "text"), "", False), (RESULT + ("state",), "unknwon", False),
    (RESULT + ("state",), "critical", True), (RESULT + ("reason",), "full", True), (RESULT + ("reasn",), "x", False),
    (RESULT + ("summary", "en"), "", False), (RESULT + ("summary", "de"), "spät", False),
    (VARIANT + ("calls",), [], False), (VARIANT + ("target",), {"name": "t", "kind": "host"}, False),
    (VARIANT + ("changes",), {}, False), (VARIANT + ("changes",), {"/now": "x"}, False),
    (VARIANT + ("changes",), {"/calls/0": {}}, False), (VARIANT + ("changes",), {"/calls/0/answer": []}, True),
    (VARIANT + ("changes",), {"/calls/1/documents": []}, False), (VARIANT + ("changes",), {"/calls/2/error/reason": "stale"}, False),
    (VARIANT + ("changes",), {"/calls/0/answer/0/pid": None}, True), (CASE + ("changes",), {"/calls/0/answer": 1}, False),
    (CASE + ("expect", "metrics"), [], True), (CASE + ("expect", "metrics", 0, "units"), "s", False),
    (CASE + ("expect", "metrics", 0, "value"), 1, True), (CASE + ("expect", "metrics", 0, "value"), "1", False),
]


def put(document, path, value):
    changed = copy.deepcopy(document)
    here = changed
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return changed


def without(document, path):
    changed = copy.deepcopy(document)
    here = changed
    for step in path[:-1]:
        here = here[step]
    del here[path[-1]]
    return changed


def paths(value, at=()):
    steps = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        yield at + (step,)
        yield from paths(value[step], at + (step,))


documents = [(GOOD, True, "as it is")]
documents += [(put(GOOD, path, value), allowed, f"{path}: {value!r}") for path, value, allowed in BY_HAND]
documents += [(value, False, repr(value)) for value in (5, None, [], {}, "x", {"format": 1})]
for path in paths(GOOD):
    documents.append((without(GOOD, path), None, f"without {path}"))
    documents += [(put(GOOD, path, value), None, f"{path}: {value!r}") for value in (4711, "x", None, [1], {"x": 1}, True)
                  if path != ("playbook",) or value != "x"]

playbook = (source / "playbooks/selftest/ok.lua").read_text()
with tempfile.TemporaryDirectory() as folder:
    pack = pathlib.Path(folder)
    (pack / "a").mkdir()
    for number, (document, _, _) in enumerate(documents):
        (pack / f"a/c{number}.lua").write_text(playbook.replace("selftest.ok", f"a.c{number}"))
        if isinstance(document, dict) and document.get("playbook") == "team.check":
            document = dict(document, playbook=f"a.c{number}")
        (pack / f"a/c{number}.case.json").write_text(json.dumps(document, ensure_ascii=False))
    said = subprocess.run([upkeep, "validate", "--playbooks", pack, "-o", "json", "--lang", "en"], capture_output=True, text=True)
    report = json.loads(said.stdout)
BEYOND_A_SCHEMA = ("no recorded case above this one", "nothing was recorded at")
refused = {}
for diagnostic in report["diagnostics"]:
    if diagnostic["rule"] == "case" and not diagnostic["message"].startswith(BEYOND_A_SCHEMA):
        refused.setdefault(pathlib.Path(diagnostic["file"]).name.split(".")[0], []).append(diagnostic)
problems = [f"validate saw {report['playbooks']} of {len(documents)}"] if report["playbooks"] != len(documents) else []
problems += [f"exit code {said.returncode}"] if said.returncode != 65 else []
for number, (document, allowed, what) in enumerate(documents):
    by_schema, by_reader = schema.is_valid(document), f"c{number}" not in refused
    if allowed is None:
        allowed = by_reader
    if by_schema != by_reader or by_reader != allowed:
        problems.append(f"{what}: schema {by_schema}, reader {by_reader}, here {allowed}")
    problems += [f"{what}: no place: {one}" for one in refused.get(f"c{number}", []) if not one.get("line") or not one.get("column")]
print("\n".join(problems) or f"{len(documents)} documents, {len(refused)} of them refused by both")
sys.exit(1 if problems else 0)
