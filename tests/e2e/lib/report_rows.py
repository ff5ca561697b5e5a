# SPDX-License-Identifier: Apache-2.0
"""What a report has to show, computed from the store's rows by SQL and by nothing of upkeep's.

The figures are those of docs/store.md; words are written down here a second time, so that one
that a renderer mixes up does not pass.
"""
import datetime
import fnmatch
import pathlib
import re
import sqlite3

ROOT = pathlib.Path(__file__).resolve().parents[3]

WORDS = {
    "en": {
        "ok": "ok", "warning": "warning", "critical": "critical", "unknown": "unknown", "skipped": "skipped",
        "waived": "Accepted (waived)", "new": "New", "recurring": "Recurring", "regressed": "Regressed",
        "resolved": "Resolved", "coverage": "Coverage", "operated": "Carried out", "due": "Due", "on_time": "On time",
        "late": "Late", "missed": "Missed", "cancelled": "Cancelled", "blackout": "Blackout", "overlapped": "Overlapped",
        "paused": "Paused", "interrupted": "Interrupted", "superseded": "Superseded", "in_flight": "In flight",
        "not_yet_due": "Not yet due", "gone": "the check ran again and found it gone", "plan": "Plan", "risk": "Risk",
        "target": "Target", "requested": "Requested by", "approved": "Approved by", "reason": "Reason",
        "applied": "Applied", "finished": "Finished", "before": "Before", "after": "After", "outcome": "Outcome",
        "end_unknown": "a change was begun, and its end was not recorded",
        "expired": "expired", "limit": "Limit", "source": "Source of the limit", "warns": "warning", "alarms": "critical",
        "subject": "Subject", "state": "State", "unsent": "not sent yet",
    },
    "ko": {
        "ok": "정상", "warning": "경고", "critical": "심각", "unknown": "확인 불가", "skipped": "건너뜀",
        "waived": "승인된 예외", "new": "신규", "recurring": "지속", "regressed": "재발",
        "resolved": "해결", "coverage": "점검률", "operated": "수행", "due": "실행 시각 도래", "on_time": "정시",
        "late": "지연", "missed": "누락", "cancelled": "취소", "blackout": "금지 시간", "overlapped": "중첩",
        "paused": "일시 중지", "interrupted": "중단", "superseded": "대체됨", "in_flight": "진행 중",
        "not_yet_due": "예정 시각 전", "gone": "재점검으로 해결 확인", "plan": "계획", "risk": "위험도",
        "target": "대상", "requested": "요청자", "approved": "승인자", "reason": "이유",
        "applied": "적용", "finished": "완료", "before": "조치 전", "after": "조치 후", "outcome": "결과",
        "end_unknown": "변경을 시작했으나 종료가 기록되지 않았습니다",
        "expired": "만료됨", "limit": "기준", "source": "기준 출처", "warns": "경고", "alarms": "심각",
        "subject": "항목", "state": "상태", "unsent": "전송 대기",
    },
}
# Words of slots, plans and reasons inside a table.
SAID = {
    "en": {"timeout": "timed out", "not_permitted": "not permitted", "no_data": "no data",
           "not_installed": "not installed", "not_mounted": "not mounted", "not_found": "not found"},
    "ko": {"timeout": "시간 초과", "not_permitted": "권한 없음", "no_data": "데이터 없음", "not_installed": "설치되지 않음",
           "not_mounted": "마운트되지 않음", "not_found": "찾을 수 없음", "unreachable": "연결 불가",
           "missed": "누락", "cancelled": "취소됨", "blackout": "금지 시간", "overlapped": "중첩", "paused": "일시 중지",
           "interrupted": "중단", "verified": "해결 확인", "unverified": "해결 미확인", "unknown": "확인 불가",
           "denied": "거부됨", "pending": "승인 대기", "failed": "실패", "sent": "전송됨", "low": "낮음",
           "not started within 10m, and catch-up is none": "10분 안에 시작되지 않았고 밀린 점검 보충 실행(catchUp)이 꺼져 있음",
           "an earlier one still runs": "이전 실행이 아직 끝나지 않음",
           "the process that ran it is gone": "실행하던 프로세스가 사라짐"},
}


def printable(text):
    """Control characters and turns of the reading direction, as people are shown them."""
    def shown(c):
        code = ord(c)
        hidden = (code < 0x20 and c not in "\n\t") or 0x7F <= code < 0xA0 or 0x200B <= code <= 0x200F or \
            0x2028 <= code <= 0x202E or 0x2060 <= code <= 0x2069 or code == 0xFEFF
        return "\\u{%04X}" % code if hidden else c
    return "".join(map(shown, text))


def value_of(value, unit):
    if value is None:
        return "-"
    if unit == "By":
        units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        while abs(value) >= 1024 and len(units) > 1:
            value /= 1024
            units.pop(0)
        return f"{value:.0f} B" if units[0] == "B" else f"{value:.1f} {units[0]}"
    number = f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.1f}"
    return number if unit in ("", "1") else f"{number} {printable(unit)}"


class Expected:
    """Of a period [start, end) in microseconds, or of one run; `zone` is what times are shown in."""

    def __init__(self, path, language, start=0, end=0, zone=datetime.timezone.utc, run=0):
        self.db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.words, self.said, self.language = WORDS[language], SAID[language], language
        self.start, self.end, self.zone, self.run = start, end, zone, run
        self.known = {}
        runs = f"id = {run}" if run else f"started >= {start} AND started < {end}"
        self.db.executescript(
            f"CREATE TEMP VIEW period_runs AS SELECT id FROM runs WHERE {runs} AND state IN ('finished', 'cancelled');"
            f"CREATE TEMP VIEW looks AS SELECT id FROM runs WHERE id IN (SELECT id FROM period_runs) AND (trigger <> 'self' OR {run} > 0);"
            "CREATE TEMP VIEW newest AS SELECT id FROM (SELECT id, max(run) FROM outcomes WHERE run IN (SELECT id FROM period_runs) "
            "GROUP BY playbook, target);")
        self.as_of = self.one(
            "SELECT max(l.at) FROM ledger l JOIN runs r ON r.ledger = l.sequence WHERE r.id IN (SELECT id FROM period_runs)"
            if run else f"SELECT max(at) FROM ledger WHERE at < {end} AND kind NOT LIKE 'delivery.%'")

    def rows(self, sql, *values):
        return self.db.execute(sql, values).fetchall()

    def one(self, sql, *values):
        return self.db.execute(sql, values).fetchone()[0]

    def say(self, word):
        return printable(self.said.get(word, word))

    def time(self, micros):
        if micros is None:
            return "-"
        at = datetime.datetime.fromtimestamp(micros // 1000000, self.zone)
        return at.strftime("%Y-%m-%d %H:%M")

    def head(self, definition, playbook, key):
        document = self.rows("SELECT document ->> ('$.' || ?) FROM definitions WHERE hash = ?",
                             f"{key}.{self.language}", definition)
        return printable(document[0][0] if document else playbook)

    def text(self):
        return "x." + self.language

    def tiles(self):
        w = self.words
        totals = dict(self.rows("SELECT CASE WHEN waiver IS NULL THEN state ELSE 'waived' END, count(*) FROM results "
                                "WHERE outcome IN (SELECT id FROM newest) GROUP BY 1"))
        totals["critical"] = totals.get("critical", 0) + len(self.ended_badly())
        totals["warning"] = totals.get("warning", 0) + len(self.unmatched())
        tiles = {w[state]: str(totals.get(state, 0)) for state in ("critical", "warning", "unknown", "ok", "skipped", "waived")}
        tiles[w["new"]] = str(self.one("SELECT count(*) FROM findings WHERE first_run IN (SELECT id FROM period_runs)"))
        known = ("SELECT DISTINCT r.finding FROM result_list r JOIN findings f ON f.id = r.finding WHERE r.run IN "
                 "(SELECT id FROM period_runs) AND f.first_run NOT IN (SELECT id FROM period_runs)")
        back = known + " AND r.change = 'regressed'"
        tiles[w["regressed"]] = str(self.one(f"SELECT count(*) FROM ({back})"))
        tiles[w["recurring"]] = str(self.one(f"SELECT count(*) FROM ({known} EXCEPT {back})"))
        tiles[w["resolved"]] = str(self.one("SELECT count(DISTINCT finding) FROM resolutions WHERE run IN (SELECT id FROM period_runs)"))
        observed, attempted = self.rows("SELECT sum(observed), sum(attempted) FROM runs WHERE id IN (SELECT id FROM looks)")[0]
        tiles[w["coverage"]] = f"{observed}/{attempted}"
        return tiles

    def slots(self):
        where = f"planned >= {self.start} AND planned < {self.end}"
        counts = dict(self.rows(f"SELECT state, count(*) FROM slots WHERE {where} AND planned <= {self.as_of} GROUP BY state"))
        flying = sum(counts.get(state, 0) for state in ("planned", "queued", "running"))
        slots = {"due": sum(counts.values())}
        for state in ("on_time", "late", "missed", "cancelled", "blackout", "overlapped", "paused", "interrupted", "superseded"):
            slots[state] = counts.get(state, 0)
        slots["in_flight"] = flying
        slots["not_yet_due"] = self.one(f"SELECT count(*) FROM slots WHERE {where} AND planned > {self.as_of}")
        return {self.words[name]: str(count) for name, count in slots.items()}

    def quote(self, reason):
        """What somebody wrote in English stands in quotation marks in a Korean report."""
        foreign = self.language == "ko" and re.fullmatch(r"[a-z]+( [a-z]+)+", reason)
        return f"“{reason}”" if foreign else reason

    def missed(self):
        return [[self.time(planned), printable(schedule), printable(target), self.say(state), self.quote(self.say(reason))]
                for planned, schedule, target, state, reason in self.rows(
                    "SELECT planned, schedule, target, state, reason FROM slots WHERE planned >= ? AND planned < ? AND "
                    "planned <= ? AND state IN ('missed', 'cancelled', 'blackout', 'overlapped', 'paused', 'interrupted') "
                    "ORDER BY planned, schedule, target", self.start, self.end, self.as_of)]

    def days(self, days):
        """`days`: (date, start, end)."""
        table = []
        for date, start, end in days:
            runs = self.one("SELECT count(*) FROM runs WHERE id IN (SELECT id FROM looks) AND started >= ? AND started < ?", start, end)
            counts = dict(self.rows(
                "SELECT state, count(*) FROM results WHERE waiver IS NULL AND outcome IN (SELECT id FROM (SELECT id, max(run) FROM outcomes WHERE run IN "
                "(SELECT id FROM period_runs WHERE id IN (SELECT id FROM runs WHERE started >= ? AND started < ?)) GROUP BY playbook, target)) "
                "GROUP BY state", start, end))
            states = [str(counts.get(state, 0)) for state in ("critical", "warning", "unknown", "ok")]
            table.append([date, str(runs), *(states if runs or counts else ["-"] * 4)])
        return table

    def attention(self):
        """(playbook, target, state, subject, tags, summary, data)"""
        w = self.words
        found = self.ended_badly()
        for row in self.rows(
                f"SELECT x.playbook, x.target, x.state, x.subject, x.severity, x.change, x.seen, x.reason, {self.text()}, x.data "
                "FROM result_list x WHERE x.outcome IN (SELECT id FROM newest) AND x.waiver IS NULL AND x.state IN "
                "('critical', 'warning', 'unknown') ORDER BY CASE x.state WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, "
                "x.severity, x.playbook, x.target, x.subject"):
            playbook, target, state, subject, severity, change, seen, reason, summary, data = row
            tags = [severity] if state != "unknown" else []
            if change:
                tags.append(w[change] + (f" {seen}" if seen > 1 else ""))
            shown = (self.say(reason) + ": " if state == "unknown" else "") + printable(summary)
            found.append([printable(playbook), printable(target), w[state], printable(subject), " ".join(tags), shown,
                          printable(data) if data and data != "null" else None])
        return found + self.unmatched()

    def ended_badly(self):
        """Plans whose change did not do what it should, or of which nobody knows."""
        w = self.words
        return [[printable(playbook), printable(target), w["critical"], printable(subject), "P1", printable(outcome) or w["end_unknown"], None]
                for playbook, target, subject, outcome in self.rows(
                    f"SELECT playbook, target, subject, outcome_{self.language} FROM plans p WHERE {self.plans()} AND "
                    "(state IN ('unverified', 'failed', 'unknown') OR EXISTS (SELECT 1 FROM actions WHERE plan = p.id AND ended IS NULL)) "
                    "ORDER BY id")]

    def unmatched(self):
        """Waivers of a period that cover nothing, though what they name was looked at."""
        if self.run:
            return []
        looked = self.rows("SELECT playbook, target FROM outcome_list WHERE id IN (SELECT id FROM newest)")
        found = []
        for number, playbook, target, subject, owner in self.rows(
                "SELECT id, playbook, target, subject, owner FROM waivers w WHERE created <= ? AND expires > ? AND expires > ? "
                "AND (revoked IS NULL OR revoked > ?) AND NOT EXISTS (SELECT 1 FROM result_list r WHERE r.waiver = w.id AND "
                "r.run IN (SELECT id FROM period_runs)) ORDER BY id", self.end, self.start, self.as_of, self.start):
            if any(fnmatch.fnmatchcase(p, playbook) and fnmatch.fnmatchcase(t, target) for p, t in looked):
                summary = {"en": f"waiver {number} of {owner} matches no result", "ko": f"{owner}의 예외 {number}에 해당하는 결과가 없습니다"}
                found.append([printable(playbook), printable(target), self.words["warning"], printable(subject), "P4",
                              printable(summary[self.language]), None])
        return found

    def plans(self):
        if self.run:
            return f"(p.run = {self.run} OR p.verified_by = {self.run})"
        inside = ">= {0} AND {1} < {2}"
        return " OR ".join(f"({c} {inside.format(self.start, c, self.end)})" for c in ("p.created", "p.changed")).join("()")

    def actions(self):
        w, table = self.words, []
        for plan, subject, target, remedy, risk, state, requester, outcome in self.rows(
                "SELECT id, subject, target, remedy, risk, CASE WHEN EXISTS (SELECT 1 FROM actions WHERE plan = p.id AND ended IS NULL) "
                f"THEN 'unknown' ELSE state END, requester_name, outcome_{self.language} FROM plans p WHERE {self.plans()} ORDER BY id"):
            approvals = self.rows("SELECT actor_name, reason, approve FROM approvals WHERE plan = ? ORDER BY id", plan)
            row = {"plan": str(plan), "state": self.say(state),
                   "heading": f"{self.say(state)} {w['plan']} {plan} · {printable(remedy)} · {printable(subject)}",
                   w["target"]: printable(target), w["risk"]: self.say(risk), w["requested"]: printable(requester),
                   w["approved"]: ", ".join(printable(name) for name, _, yes in approvals if yes) or "-"}
            if approvals:
                row[w["reason"]] = "; ".join(printable(reason if yes else f"{name}: {reason}") for name, reason, yes in approvals)
            actions = self.rows("SELECT begun, ended, before, after FROM actions WHERE plan = ? ORDER BY step", plan)
            if actions:
                assert len(actions) == 1, "the generator makes one step a plan"
                begun, ended, before, after = actions[0]
                row |= {w["applied"]: self.time(begun), w["finished"]: self.time(ended), w["before"]: printable(before)}
                if after is not None:
                    row[w["after"]] = printable(after)
            if state == "unknown" and not outcome:
                outcome = w["end_unknown"]
            if outcome:
                row[w["outcome"]] = printable(outcome)
            table.append(row)
        return table

    def resolved(self):
        return [[printable(subject), printable(target), self.head(definition, playbook, "title"), self.time(first), self.time(at),
                 self.words["gone"]]
                for subject, target, definition, playbook, first, at in self.rows(
                    "SELECT f.subject, f.target, (SELECT definition FROM outcome_list o WHERE o.run = y.run AND o.playbook = f.playbook AND "
                    "o.target = f.target), f.playbook, f.first_seen, y.at FROM resolutions y JOIN finding_list f ON f.id = y.finding "
                    "WHERE y.run IN (SELECT id FROM period_runs) ORDER BY y.at, f.playbook, f.target, f.subject")]

    def checks(self):
        table = []
        for definition, playbook, target, state, reason, observed, attempted in self.rows(
                "SELECT definition, playbook, target, state, reason, observed, attempted FROM outcome_list WHERE id IN "
                "(SELECT id FROM newest) ORDER BY playbook, target"):
            table.append([f"{self.head(definition, playbook, 'title')} ({printable(playbook)})", printable(target), self.words[state],
                          f"{observed}/{attempted}", self.say(reason)])
        return table

    def skipped(self):
        return [[printable(subject), printable(target), self.say(reason), printable(summary)]
                for subject, target, reason, summary in self.rows(
                    f"SELECT x.subject, x.target, x.reason, {self.text()} FROM result_list x WHERE x.outcome IN (SELECT id FROM newest) "
                    "AND x.waiver IS NULL AND x.state = 'skipped' ORDER BY x.severity, x.playbook, x.target, x.subject")]

    def waived(self):
        return [[printable(subject), printable(target), self.words[state], printable(reason), printable(summary), printable(owner),
                 self.time(expires)]
                for subject, target, state, reason, summary, owner, expires in self.rows(
                    f"SELECT x.subject, x.target, x.state, w.reason, {self.text()}, w.owner, w.expires FROM result_list x JOIN waivers w "
                    "ON w.id = x.waiver WHERE x.outcome IN (SELECT id FROM newest) ORDER BY CASE x.state WHEN 'critical' THEN 0 WHEN "
                    "'warning' THEN 1 WHEN 'unknown' THEN 2 ELSE 3 END, x.severity, x.playbook, x.target, x.subject")]

    def waivers(self):
        until = self.as_of if self.run else self.end
        return [[printable(cell) for cell in (subject, playbook, target, owner, approver, reason, ticket)] +
                [self.time(expires) + (" " + self.words["expired"] if expires <= self.as_of else ""), str(matched)]
                for subject, playbook, target, owner, approver, reason, ticket, expires, matched in self.rows(
                    "SELECT subject, playbook, target, owner, approver_name, reason, ticket, expires, (SELECT count(*) FROM result_list r "
                    "WHERE r.waiver = w.id AND r.run IN (SELECT id FROM period_runs)) FROM waivers w WHERE created <= ? AND expires > ? "
                    "AND (revoked IS NULL OR revoked > ?) ORDER BY id", until, self.begun(), self.begun())]

    def begun(self):
        return self.one("SELECT started FROM runs WHERE id = ?", self.run) if self.run else self.start

    def deliveries(self):
        where = f"run = {self.run}" if self.run else f"created >= {self.start} AND created < {self.end}"
        return [[self.time(changed), channel, printable(destination), self.words["unsent"] if state == "pending" else self.say(state),
                 str(attempts)]
                for changed, channel, destination, state, attempts in
                self.rows(f"SELECT changed, channel, destination, state, attempts FROM deliveries WHERE {where} ORDER BY id")]

    def metrics(self):
        """(playbook, target, name, limits, their source, subject, value, previous, a month ago), in the order of the store."""
        w, table = self.words, []
        for outcome, playbook, target, name, subject, unit, value, warning, critical, source, at in self.rows(
                "SELECT outcome, playbook, target, name, subject, unit, value, warning, critical, source, at FROM metric_list "
                "WHERE outcome IN (SELECT id FROM newest) ORDER BY playbook, target, name, subject"):
            side = " " if warning is None or critical is None else " ≤ " if critical < warning else " ≥ "
            limits = ", ".join(f"{w[word]}{side}{value_of(limit, unit)}" for word, limit in (("warns", warning), ("alarms", critical))
                               if limit is not None)
            before = self.earlier(name, subject, "SELECT id FROM outcome_list WHERE playbook = ? AND target = ? AND "
                                  "run < (SELECT run FROM outcomes WHERE id = ?) ORDER BY run DESC LIMIT 1", playbook, target, outcome)
            month = self.earlier(name, subject, "SELECT id FROM outcome_list WHERE playbook = ? AND target = ? AND finished BETWEEN ? AND ? "
                                 "ORDER BY finished DESC, id DESC LIMIT 1", playbook, target, at - 35 * 86400000000, at - 28 * 86400000000)
            table.append([printable(playbook), printable(target), printable(name),
                          limits, printable(self.source(source or "")), printable(subject), value_of(value, unit), value_of(before, unit), value_of(month, unit)])
        return table

    def source(self, english):
        """Where a limit comes from, as base/korean/sources.txt has it."""
        if self.language != "ko":
            return english
        lines = (ROOT / "base/korean/sources.txt").read_text(encoding="utf-8").splitlines()
        said = {a: b.strip() for a, b in zip(lines, lines[1:]) if a and a[0] not in " #"}
        if english in said:
            return said[english]
        for pattern, korean in said.items():
            first, hole, _ = pattern.partition("{}")
            if hole and english.startswith(first):
                rest = english[len(first):]
                return korean.replace("{}", said.get(rest, rest))
        return english

    def earlier(self, name, subject, sql, *values):
        """The figure in the outcome that `sql` finds."""
        if (sql, values) not in self.known:
            found = self.rows(sql, *values)
            self.known[sql, values] = {(n, s): v for row in found for n, s, v in
                                       self.rows("SELECT name, subject, value FROM metric_list WHERE outcome = ?", row[0])}
        return self.known[sql, values].get((name, subject))
