#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The JSON Schemas of docs/schema describe the files that are shipped and shown.

usage: schema_test.py SOURCE_FOLDER UPKEEP

Every playbook's head (as `upkeep explain -o json` has it), every case, recorded or of a template, and every YAML block
of the documentation is valid; and each schema refuses an unknown key and a value of the wrong type,
so that one which allows everything does not pass.
"""
import copy
import functools
import json
import pathlib
import re
import subprocess
import sys

import jsonschema
import yaml

source, upkeep = pathlib.Path(sys.argv[1]), sys.argv[2]
problems = []
checked = {}


class Loader(yaml.SafeLoader):
    """YAML 1.2, as upkeep reads it: `on` is no truth value, and a date is a word."""


Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers
             if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


@functools.cache
def validator(name):
    folder = source / "docs/schema"
    schema = json.loads((folder / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    resolver = jsonschema.RefResolver(folder.as_uri() + "/" + name, schema)
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def check(name, document, what):
    checked[name] = checked.get(name, 0) + 1
    for error in validator(name).iter_errors(document):
        place = "/".join(str(part) for part in error.absolute_path)
        problems.append(f"{what}: {place}: {error.message[:200]} ({name})")


def refuses(name, document, what):
    if validator(name).is_valid(document):
        problems.append(f"{name} allows {what}")


def mutations(document):
    unknown = copy.deepcopy(document)
    unknown["an_unknown_key"] = 1
    yield unknown, "an unknown key at the top"
    for key in document:
        wrong = copy.deepcopy(document)
        wrong[key] = 4711 if not isinstance(document[key], (int, float)) else {"no": "number"}
        yield wrong, f"a {type(wrong[key]).__name__} for '{key}'"


def yaml_blocks(path):
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", path.read_text(), re.S)]


for case_file in sorted((source / "playbooks").rglob("*.case.json")):
    cases = json.loads(case_file.read_text())
    check("case.schema.json", cases, case_file.relative_to(source))
for template in sorted((source / "runner/authoring/templates").glob("*.case.json")):
    cases = json.loads(template.read_text().replace("@id@", "team.check"))
    check("case.schema.json", cases, template.relative_to(source))
for mutated, what in mutations(cases):
    refuses("case.schema.json", mutated, what)

ids = [line.split()[0] for line in subprocess.run(
    [upkeep, "list", "--playbooks", source / "playbooks"],
    check=True, capture_output=True, text=True).stdout.splitlines()[1:]]
for playbook in ids:
    head = json.loads(subprocess.run(
        [upkeep, "explain", playbook, "-o", "json", "--playbooks", source / "playbooks"],
        check=True, capture_output=True, text=True).stdout)
    check("playbook-head.schema.json", head, playbook)
for mutated, what in mutations(head):
    refuses("playbook-head.schema.json", mutated, what)

for document in yaml_blocks(source / "docs/inventory.md"):
    check("inventory.schema.json", document, "docs/inventory.md")
for mutated, what in mutations(document):
    refuses("inventory.schema.json", mutated, what)
for document in yaml_blocks(source / "docs/deliveries.md"):
    check("deliveries.schema.json", document, "docs/deliveries.md")
for mutated, what in mutations(document):
    refuses("deliveries.schema.json", mutated, what)
for document in yaml_blocks(source / "docs/remedies.md"):
    check("policy.schema.json", document, "docs/remedies.md")
for mutated, what in mutations(document):
    refuses("policy.schema.json", mutated, what)
for document in yaml_blocks(source / "docs/packs.md"):
    check("pack.schema.json", document, "docs/packs.md")
for mutated, what in mutations(document):
    refuses("pack.schema.json", mutated, what)
schemas = {path.name for path in (source / "docs/schema").glob("*.json")}

for name in ("daily", "weekly", "monthly", "quarterly"):
    check("schedules.schema.json", yaml.load((source / f"schedules/{name}.yaml").read_text(), Loader), name)
blocks = [yaml.load(block, Loader) for block in
          re.findall(r"```yaml\n(.*?)```", (source / "docs/schedules.md").read_text(), re.S)]
calendars = [block for block in blocks if block.get("kind") == "Calendar"]
for document in [block for block in blocks if "schedules" in block]:
    check("schedules.schema.json", document, "docs/schedules.md")
for block in re.findall(r"```yaml\n +(heartbeat:.*?)```", (source / "docs/daemon.md").read_text(), re.S):
    entry = dict(document["schedules"][0], **yaml.load(block, Loader))
    check("schedules.schema.json", dict(document, schedules=[entry]), "docs/daemon.md")
    refuses("schedules.schema.json", dict(document, schedules=[dict(entry, heartbeat={"start": True})]),
            "a heartbeat without its url")
for mutated, what in mutations(document):
    refuses("schedules.schema.json", mutated, what)
check("calendar.schema.json", yaml.load((source / "schedules/calendars/kr.yaml").read_text(), Loader), "kr")
for document in calendars:
    check("calendar.schema.json", document, "docs/schedules.md")
for mutated, what in mutations(document):
    refuses("calendar.schema.json", mutated, what)

problems += [f"{name} was tried on nothing" for name in sorted(schemas - set(checked))]
for problem in problems:
    print(problem)
print("valid: " + ", ".join(f"{count} by {name}" for name, count in sorted(checked.items())))
sys.exit(1 if problems or not ids else 0)
