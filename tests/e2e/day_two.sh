#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The second day: a finding is recurring, then accepted with owner, reason and expiry, and no longer drowns the
# list; a waiver that matches nothing is shown; once it has expired the finding is back.
#
#   UPKEEP_BINARY=PATH tests/e2e/day_two.sh      with cluster env and servers env exported
set -euo pipefail
# shellcheck source=lib/session.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/session.sh"
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cat >"$UPKEEP_INVENTORY" <<END
apiVersion: upkeep/v1
targets:
  - {name: shop, kind: http, url: "$UPKEEP_TEST_HTTP_URL/health"}
  - {name: old-shop, kind: http, url: "$UPKEEP_TEST_HTTP_URL/500"}
END

is() {  # TEXT WANTED GOT
  if [ "$2" = "$3" ]; then pass "$1"; else fail "$1: wanted $2, got $3" "$(jq -c '.totals, (.attention[] | [.target, .subject, .state, .reason, .change])' "$work/day.json")"; fi
}
ask() { jq -r "$1" "$work/day.json"; }

look day http.endpoint
is "day one: exit code" 2 "$exit_code"
is "day one: it is new" new "$(ask '.attention[0].change')"
look day http.endpoint
is "day two: it is recurring" recurring "$(ask '.attention[0].change')"

"$upkeep" waiver add --playbook http.endpoint --target old-shop --subject '*' --owner shop-team \
  --reason 'switched off on the 30th' --ticket OPS-12 --expires 10s >"$work/waiver"
accepted=$(date +%s)
look day http.endpoint
is "accepted: exit code" 0 "$exit_code"
is "accepted: nothing needs anybody" 0 "$(ask '.attention | length')"
is "accepted: it is counted as waived" 1 "$(ask '.totals.waived')"
"$upkeep" report daily -o "md:$work/day.md"
if grep -q 'switched off on the 30th' "$work/day.md" && grep -q shop-team "$work/day.md"; then
  pass "accepted: the report says by whom and why"
else
  fail "accepted: the report does not say by whom and why" "$(<"$work/day.md")"
fi

"$upkeep" waiver add --playbook http.endpoint --target 'shop' --subject 'Endpoint/nobody' --owner shop-team \
  --reason 'typed wrongly' --expires 1d >"$work/waiver"
look day http.endpoint
is "a waiver that matches nothing: one run shows that it covers none" 0 "$(ask '.waivers[] | select(.reason == "typed wrongly") | .matched')"
"$upkeep" report daily -o "json:$work/day.json"
is "a waiver that matches nothing needs somebody" waiver_unmatched "$(ask '.attention[-1].reason')"
is "a waiver that matches nothing is counted" 1 "$(ask '.totals.warning')"
"$upkeep" waiver revoke "$(grep -o '[0-9][0-9]*' "$work/waiver" | sed -n 1p)" --reason 'typed wrongly' >/dev/null

while [ "$(date +%s)" -le $((accepted + 10)) ]; do sleep 0.2; done
look day http.endpoint
is "expired: exit code" 2 "$exit_code"
is "expired: it is back" old-shop "$(ask '.attention[0].target')"
finish
