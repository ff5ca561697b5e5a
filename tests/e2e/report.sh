#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Reports in a real Chromium. Two generated months, and a real run of the daily list: each row and
# figure that the browser shows is the one that SQL finds in the store, in both languages; nothing is
# requested, nothing complains, nothing scrolls sideways at 320 pixels, every text stands out in
# light, dark and print, and names that try to be markup are text. Markdown, the pages of
# `upkeep serve` and a terminal of 80 columns as well.
#
#   UPKEEP_BINARY=PATH tests/e2e/report.sh       with cluster env and servers env exported
#
# PICTURES=FOLDER keeps screenshots; TWO_MONTHS names the generator where it is not beside upkeep.
set -euo pipefail
# shellcheck source=lib/session.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/session.sh"
server=
cleanup() {
  local code=$?
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
  exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

two_months=${TWO_MONTHS:-$(dirname "$upkeep")/../../tests/bench/two_months}
for program in chromium pdftotext "$two_months"; do
  command -v "$program" >/dev/null || { echo "report: $program is missing" >&2; exit 1; }
done

# examine NAME ARGUMENT...: tests/e2e/lib/report_check.py; its lines, and each check counted.
examine() {
  local name=$1 ended=0
  shift
  mkdir -p "$work/$name"
  python3 "$source_dir/tests/e2e/lib/report_check.py" "$upkeep" "$@" ${PICTURES:+--pictures "$PICTURES"} \
    >"$work/$name.log" 2>&1 || ended=$?
  cat "$work/$name.log"
  passed=$((passed + $(grep -c '^  ok ' "$work/$name.log" || true)))
  failed=$((failed + $(grep -c '^  FAIL' "$work/$name.log" || true)))
  if [ "$ended" != 0 ] && ! grep -q '^  FAIL' "$work/$name.log"; then fail "$name ended with $ended"; fi
}

"$two_months" "$work/months.db"
examine month "$work/months.db" "$work/month" month

# A day on which nothing was looked at, and a month over a clock change.
quiet=$("$upkeep" report daily --date 2026-11-12 --zone Asia/Seoul --store "$work/months.db" -o nagios)
if [[ $quiet == "UPKEEP UNKNOWN - "*"; Nothing was looked at in this period."* ]]; then
  pass "a day on which nothing was looked at is unknown"
else
  fail "a day on which nothing was looked at is fine" "$quiet"
fi
"$upkeep" report monthly --date 2026-10 --zone Europe/Berlin --store "$work/months.db" -o "md:$work/berlin.md"
if grep -q ': 2026-10-01 00:00 – 2026-11-01 00:00 (Europe/Berlin)$' "$work/berlin.md"; then
  pass "a month over a clock change ends at midnight"
else
  fail "a month over a clock change does not end at midnight" "$(head -n 5 "$work/berlin.md")"
fi

# A real run; whatever else this machine's load brings, the endpoint where nobody listens is critical.
whole_inventory >"$UPKEEP_INVENTORY"
cat >>"$UPKEEP_INVENTORY" <<'END'
  - name: nobody-there
    kind: http
    url: http://127.0.0.1:9/<b>bold</b>?a=1&b=2
END
look daily daily
if [ "$exit_code" = 2 ]; then pass "the daily list ran and found the dead endpoint"; else
  fail "the daily list ended with $exit_code" "$(cat "$work/daily.err")"
fi
examine run "$UPKEEP_STORE" "$work/run" run 1

# Korean to the last word: what stands outside of quotation marks is ours.
korean=("$work/run/run-ko.md" "$work/run/run-ko.html" "$work/run-ko.wide" "$work/refused.txt")
"$upkeep" report 1 --lang ko -o "wide:${korean[2]}"
for refused in "run nothing" "run daily --tragte x" "report 999" "schedule next never" "waiver add --owner a"; do
  # shellcheck disable=SC2086
  "$upkeep" $refused --lang ko >>"${korean[3]}" 2>&1 || true
done
if prose=$(python3 "$source_dir/tests/korean/english_prose.py" --quotations "${korean[@]}"); then
  pass "no English prose in Korean reports and errors"
else
  fail "English prose in Korean reports or errors" "$prose"
fi
if grep -q '127.0.0.1:9: 연결이 거부되었습니다' "${korean[0]}"; then pass "why the endpoint is dead, in Korean"; else
  fail "why the endpoint is dead is not said in Korean" "$(grep nobody-there "${korean[0]}")"
fi

"$upkeep" serve --listen 127.0.0.1:0 --store "$work/months.db" >"$work/serve.out" 2>&1 &
server=$!
address=
for _ in $(seq 100); do
  address=$(grep -o 'http://127\.0\.0\.1:[0-9]*' "$work/serve.out" | sed -n 1p || true)
  [ -z "$address" ] || break
  sleep 0.1
done
examine serve "$work/months.db" "$work/serve" serve "${address:-nowhere}"
kill "$server"
wait "$server" 2>/dev/null || true
server=

examine terminal "$work/months.db" "$work/terminal" terminal 50
finish
