# SPDX-License-Identifier: Apache-2.0
"""Renders reports of a store and compares what Chromium shows with what SQL says.

    report_check.py UPKEEP STORE FOLDER month|run|serve|terminal [NUMBER OF A RUN, OR URL]

Prints a line a check; ends 1 when one failed.
"""
import argparse
import datetime
import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata
import zoneinfo

import report_markdown
import report_page
from browser import Browser
from report_rows import Expected

SEOUL = zoneinfo.ZoneInfo("Asia/Seoul")
SECTIONS = ("missed", "days", "resolved", "checks", "skipped", "waived", "waivers", "deliveries")
failed = 0


def check(name, good, detail=""):
    global failed
    print(f"  {'ok   ' if good else 'FAIL '} {name}", flush=True)
    if not good:
        failed += 1
        print("\n".join("          " + line for line in str(detail).splitlines()[:12]), flush=True)


def same(name, expected, got):
    if isinstance(expected, list) and isinstance(got, list) and expected != got:
        pairs = [f"row {i}: expected {e}\n         got {g}" for i, (e, g) in enumerate(zip(expected, got)) if e != g]
        return check(name, False, "\n".join([f"{len(expected)} rows expected, {len(got)} there", *pairs]))
    return check(name, expected == got, f"expected {expected}\ngot      {got}")


def micros(year, month, day=1):
    return int(datetime.datetime(year, month, day, tzinfo=SEOUL).timestamp()) * 1000000


class Reports:
    def __init__(self, given):
        self.upkeep, self.store, self.folder, self.number = given.upkeep, given.store, given.folder, given.number
        self.month = given.what == "month"
        if self.month:
            self.arguments = ["monthly", "--date", "2026-11", "--zone", "Asia/Seoul"]
        else:
            self.arguments = [str(self.number)]

    def render(self, form, language):
        path = self.folder / f"{'month' if self.month else 'run'}-{language}.{form}"
        texts = []
        for _ in range(2):
            path.unlink(missing_ok=True)
            subprocess.run([self.upkeep, "report", *self.arguments, "--store", self.store, "--lang", language,
                            "-o", f"{form}:{path}"], check=True)
            texts.append(path.read_bytes())
        check(f"{path.name}: rendered twice, the same bytes", texts[0] == texts[1])
        return path

    def expected(self, language):
        if not self.month:
            return Expected(self.store, language, run=self.number)
        return Expected(self.store, language, micros(2026, 11), micros(2026, 12), SEOUL)

    def days(self):
        first = datetime.datetime(2026, 11, 1, tzinfo=SEOUL)
        dates = [first + datetime.timedelta(day) for day in range(31)]
        return [(a.strftime("%Y-%m-%d"), int(a.timestamp()) * 1000000, int(b.timestamp()) * 1000000) for a, b in zip(dates, dates[1:])]

    def compare(self, content, want, language, name):
        """The rows of a page, and of the same report in Markdown, against the store's."""
        w = want.words
        same(f"{name}: language", language, content["lang"])
        tiles = want.tiles()
        if self.month:
            slots = want.slots()
            tiles[w["operated"]] = f"{int(slots[w['on_time']]) + int(slots[w['late']])}/{slots[w['due']]}"
            same(f"{name}: planned runs by state", slots, content["slots"])
            due, apart, *parts = (int(slots[w[state]]) for state in (
                "due", "not_yet_due", "on_time", "late", "missed", "cancelled", "blackout", "overlapped", "paused",
                "interrupted", "superseded", "in_flight"))
            check(f"{name}: every state of a slot is there, and they add up", due == sum(parts) and min(apart, *parts) > 0, slots)
        same(f"{name}: totals, coverage, new and resolved", tiles, content["tiles"])
        same(f"{name}: what needs somebody", want.attention(), content["attention"])
        same(f"{name}: actions with approver", want.actions(), content["actions"])
        tables = {"checks": want.checks(), "skipped": want.skipped(), "waived": want.waived(), "resolved": want.resolved(),
                  "waivers": want.waivers(), "deliveries": want.deliveries()}
        if self.month:
            tables |= {"missed": want.missed(), "days": want.days(self.days())}
        for section in SECTIONS:
            same(f"{name}: table '{section}'", tables.get(section, []), content["tables"].get(section, []))
        figures = want.metrics()
        shown = [[*row[:3], f"{w['limit']}: {row[3]} · {w['source']}: {row[4]}" if row[3] else None, *row[5:]] for row in figures]
        same(f"{name}: figures", sorted(map(str, shown)), sorted(map(str, content["metrics"])))
        self.compare_markdown(report_markdown.tables(self.render("md", language).read_text()), want, tables, content, figures)

    def compare_markdown(self, found, want, tables, content, figures):
        """Sections of the Markdown report are found by the page's headings, rows by their cells."""
        w, name = want.words, f"{'month' if self.month else 'run'}-{want.language}.md"
        rows = [row for table in found.values() for row in table]

        def holds(what, wanted):
            missing = [row for row in wanted if row not in rows]
            check(f"{name}: {what}", not missing, f"{len(missing)} rows are not there, such as {missing[:2]}")
        states = ("critical", "warning", "unknown", "ok", "skipped", "waived")
        holds("totals", [[w[state], content["tiles"][w[state]]] for state in states])
        if self.month:
            holds("planned runs by state", [list(row) for row in want.slots().items()])
        for section in SECTIONS:
            wanted = tables.get(section, [])
            holds(section, wanted)
        holds("actions with approver", [[row["plan"], row[w["target"]], row["heading"].split(" · ", 2)[2], row["heading"].split(" · ")[1],
                                         row["state"], row[w["requested"]], row[w["approved"]], row.get(w["reason"], ""),
                                         row.get(w["applied"], "-"), row.get(w["outcome"], "")] for row in want.actions()])
        holds("figures", [[f"{check} · {figure}", subject, target, *values, limits, source]
                          for check, target, figure, limits, source, subject, *values in figures])


def look_at(page, name, folder, wide_limits=(1280, 320)):
    """What holds for every page of ours, whatever is on it."""
    tree = {}
    for width in wide_limits:
        for scheme in ("light", "dark"):
            page.look(width, scheme=scheme)
            faint = page.evaluate(report_page.FAINT)
            check(f"{name}: {faint['looked']} texts stand out, {scheme}, {width} px", faint["looked"] > 0 and not faint["found"],
                  "\n".join(faint["found"]))
        over = page.evaluate(f"{report_page.WIDE}({width}, {str(width < 600).lower()})")
        check(f"{name}: nothing scrolls sideways at {width} px", not over, "\n".join(over))
        tree[width] = report_page.roles(page)
        if folder:
            page.look(width)
            page.screenshot(folder / f"{name}-{width}.png")
    check(f"{name}: tables are tables to a screen reader at every width", len({str(sorted(t.items())) for t in tree.values()}) == 1, tree)
    tables = page.evaluate(report_page.TABLES)
    check(f"{name}: {len(tables)} tables have names, heads and named rows",
          all(table["named"] and table["heads"] and table["rows"] for table in tables), tables)
    page.look(scheme="dark", media="print")
    faint = page.evaluate(report_page.FAINT)
    check(f"{name}: texts stand out on paper", faint["looked"] > 0 and not faint["found"], "\n".join(faint["found"]))
    page.look()


def on_paper(page, content, name, folder):
    """Nothing is lost in print, what is folded on a screen included."""
    page.go(page.evaluate("location.href"))  # As it opens: folded.
    pdf = folder / f"{name}.pdf"
    page.pdf(pdf)
    # A name that a line's end broke at its hyphen comes back without it.
    text = re.sub(r"[\s-]", "", subprocess.run(["pdftotext", "-raw", pdf, "-"], check=True, capture_output=True, text=True).stdout)
    names = [row[3] for row in content["attention"]] + [row[4] for row in content["metrics"]]
    plain = [name for name in names if re.fullmatch(r"[A-Za-z0-9_./-]{1,60}", name)]
    lost = [subject for subject in plain if subject.replace("-", "") not in text]
    check(f"{name}: the paper has every subject ({len(plain)})", len(plain) > 3 and not lost, lost)


def of_store(browser, given):
    reports = Reports(given)
    for language in ("en", "ko"):
        path = reports.render("html", language)
        page = browser.open(path.as_uri())
        content = page.evaluate(report_page.CONTENT)
        reports.compare(content, reports.expected(language), language, path.name)
        strangers = page.evaluate(report_page.STRANGERS + "(false)")
        check(f"{path.name}: no markup but ours", not strangers, "\n".join(strangers))
        look_at(page, path.stem, given.pictures)
        on_paper(page, content, path.stem, given.folder)
        others = [url for url in page.requests if url != path.as_uri()]
        check(f"{path.name}: no request", not others, "\n".join(others))
        check(f"{path.name}: nothing on the console", not page.complaints, "\n".join(page.complaints))
        page.close()


def of_server(browser, given):
    for language in ("en", "ko"):
        for path in ("/", "/runs", "/runs/1", "/runs/999999999", "/nothing")[:5 if language == "en" else 2]:
            url = f"{given.number}{path}?lang={language}"
            page = browser.open(url)
            name = f"serve{path.replace('/', '-')}{language}"
            same(f"{name}: language", language, page.evaluate("document.documentElement.lang"))
            strangers = page.evaluate(report_page.STRANGERS + "(true)")
            check(f"{name}: no markup but ours", not strangers, "\n".join(strangers))
            look_at(page, name, given.pictures)
            others = [asked for asked in page.requests if asked != url]
            check(f"{name}: no other request", not others, "\n".join(others))
            missing = path in ("/runs/999999999", "/nothing")   # The browser itself says that it got a 404.
            complaints = [text for text in page.complaints if not (missing and "404" in text)]
            check(f"{name}: nothing on the console", not complaints, "\n".join(complaints))
            page.close()


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def in_terminal(given):
    """What a terminal of 80 columns is sent: no line of it has to be broken by the terminal."""
    for form in ("table", "wide"):
        for language in ("en", "ko"):
            environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
            leader, follower = pty.openpty()
            fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            with subprocess.Popen([given.upkeep, "report", given.number, "--store", given.store, "--lang", language, "-o", form],
                                  stdin=follower, stdout=follower, env=environment):
                os.close(follower)
                sent = b""
                try:
                    while got := os.read(leader, 65536):
                        sent += got
                except OSError:  # All of it was read, and nobody has the other end any more.
                    pass
            os.close(leader)
            lines = re.sub("\x1b\\[[0-9;]*m", "", sent.decode()).splitlines()
            wide = [line for line in lines if width(line) > 80]
            check(f"terminal: {form} in {language}, {len(lines)} lines fit", len(lines) > 20 and not wide, "\n".join(wide))
            check(f"terminal: {form} in {language} has colours", b"\x1b[" in sent)
            subjects = Expected(given.store, language, run=int(given.number)).attention()
            text = re.sub(r"\s", "", "".join(lines))
            lost = [row[3] for row in subjects if re.sub(r"\s", "", row[3]) not in text]
            check(f"terminal: {form} in {language} has every name whole", len(subjects) > 5 and not lost, lost)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("upkeep", type=pathlib.Path)
    parser.add_argument("store", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("what", choices=["month", "run", "serve", "terminal"])
    parser.add_argument("number", nargs="?")
    parser.add_argument("--pictures", type=pathlib.Path, help="screenshots go into this folder")
    given = parser.parse_args()
    given.folder = given.folder.resolve()
    if given.what == "terminal":
        in_terminal(given)
        return 1 if failed else 0
    if given.what == "run":
        given.number = int(given.number)
    with Browser(given.folder) as browser:
        (of_server if given.what == "serve" else of_store)(browser, given)
        print(f"  {browser.version}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
