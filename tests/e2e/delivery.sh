#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Deliveries against the real MinIO, webhook receiver and SMTP server of tests/servers: the bytes
# that arrive are the bytes that were rendered, the signature verifies, faults are tried again,
# refusals are not, and every try is in the store.
#
#   tests/e2e/delivery.sh [PATH OF upkeep]
#
# Uses the servers that the environment names (tests/servers/servers env), else starts its own.
set -euo pipefail

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
upkeep=${1:-${UPKEEP_BINARY:-$source_dir/build/release/runner/cli/upkeep}}
[ -x "$upkeep" ] || { echo "delivery: $upkeep is no program" >&2; exit 1; }
upkeep=$(realpath "$upkeep")

work=$(mktemp -d)
own_servers=''
receiver=''
cleanup() {
  [ -z "$receiver" ] || kill "$receiver" 2>/dev/null || true
  [ -z "$own_servers" ] || "$source_dir/tests/servers/servers" --name "$own_servers" down >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -z "${UPKEEP_TEST_S3_URL:-}" ] || [ -z "${UPKEEP_TEST_WEBHOOK_URL:-}" ] || [ -z "${UPKEEP_TEST_SMTP_HOST:-}" ]; then
  own_servers=delivery-$$
  "$source_dir/tests/servers/servers" --name "$own_servers" up --owner $$ minio webhook smtp nginx
  set -a
  eval "$("$source_dir/tests/servers/servers" --name "$own_servers" env)"
  set +a
fi

passed=0 failed=0
check() {  # check TEXT COMMAND...
  local text=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "delivery: FAILED: $text" >&2
  fi
}
same() { [ "$1" = "$2" ] || { printf '  expected: %s\n  but got:  %s\n' "$1" "$2" >&2; return 1; }; }
lacks() { ! grep -qaF -- "$1" "$work"/upkeep.db* "$work"/out "$work"/err; }
newest() { find "$1" -maxdepth 1 -name "*.$2" | sort | tail -1; }
control() { curl -sS --fail --noproxy '*' --max-time 5 --data "$1" "$UPKEEP_TEST_WEBHOOK_CONTROL_URL" >/dev/null; }
count_hooks() { find "$UPKEEP_TEST_WEBHOOK_FOLDER" -maxdepth 1 -name '*.json' | wc -l; }
sql() { python3 -c 'import sqlite3, sys
for row in sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(sys.argv[2]): print("|".join(map(str, row)))' \
  "$work/upkeep.db" "$1"; }

export UPKEEP_STORE=$work/upkeep.db UPKEEP_INVENTORY=$work/inventory.yaml UPKEEP_DELIVERIES=$work/deliveries.yaml
export UPKEEP_LANG=en UPKEEP_PLAYBOOKS=$source_dir/playbooks
printf 'the-secret-of-this-test-%s' "$RANDOM$RANDOM" >"$work/hook.secret"
cat >"$work/inventory.yaml" <<EOF
apiVersion: upkeep/v1
targets:
  - name: web
    kind: http
    url: http://$UPKEEP_TEST_HTTPS_HOST/health
  - name: web-broken
    kind: http
    url: http://$UPKEEP_TEST_HTTPS_HOST/500
EOF
cat >"$work/deliveries.yaml" <<EOF
apiVersion: upkeep/v1
deliveries:
  - name: hook
    kind: webhook
    url: $UPKEEP_TEST_WEBHOOK_URL
    secret: {file: hook.secret}
    retry: {attempts: 4, backoff: 100ms, cap: 1s}
    tls: {caFile: $UPKEEP_TEST_CA_FILE}
  - name: on-call
    kind: webhook
    url: $UPKEEP_TEST_WEBHOOK_URL
    content: findings
    tls: {caFile: $UPKEEP_TEST_CA_FILE}
  - name: archive
    kind: s3
    endpoint: $UPKEEP_TEST_S3_URL
    bucket: $UPKEEP_TEST_S3_BUCKET
    region: $UPKEEP_TEST_S3_REGION
    prefix: e2e-$$
    accessKeyId: {file: $UPKEEP_TEST_S3_ACCESS_KEY_FILE}
    secretAccessKey: {file: $UPKEEP_TEST_S3_SECRET_KEY_FILE}
    tls: {caFile: $UPKEEP_TEST_CA_FILE}
  - name: wrong-key
    kind: s3
    endpoint: $UPKEEP_TEST_S3_URL
    bucket: $UPKEEP_TEST_S3_BUCKET
    accessKeyId: {file: $UPKEEP_TEST_S3_ACCESS_KEY_FILE}
    secretAccessKey: {file: hook.secret}
    tls: {caFile: $UPKEEP_TEST_CA_FILE}
  - name: mail
    kind: smtp
    host: $UPKEEP_TEST_SMTP_HOST
    port: $UPKEEP_TEST_SMTP_STARTTLS_PORT
    from: upkeep@example.org
    to: [one@example.org, two@example.org]
    user: $UPKEEP_TEST_SMTP_USER
    password: {file: $UPKEEP_TEST_SMTP_PASSWORD_FILE}
    language: ko
    tls: {caFile: $UPKEEP_TEST_CA_FILE}
  - name: mail-tls
    kind: smtp
    host: $UPKEEP_TEST_SMTP_HOST
    port: $UPKEEP_TEST_SMTP_TLS_PORT
    security: tls
    from: upkeep@example.org
    to: [one@example.org]
    user: $UPKEEP_TEST_SMTP_USER
    password: {file: $UPKEEP_TEST_SMTP_PASSWORD_FILE}
    tls: {caFile: $UPKEEP_TEST_CA_FILE}
  - name: mail-refused
    kind: smtp
    host: $UPKEEP_TEST_SMTP_HOST
    port: $UPKEEP_TEST_SMTP_STARTTLS_PORT
    from: upkeep@example.org
    to: [reject@example.org]
    user: $UPKEEP_TEST_SMTP_USER
    password: {file: $UPKEEP_TEST_SMTP_PASSWORD_FILE}
    retry: {attempts: 2, backoff: 100ms, cap: 1s}
    tls: {caFile: $UPKEEP_TEST_CA_FILE}
  - name: mail-later
    kind: smtp
    host: $UPKEEP_TEST_SMTP_HOST
    port: $UPKEEP_TEST_SMTP_STARTTLS_PORT
    from: upkeep@example.org
    to: [later@example.org]
    user: $UPKEEP_TEST_SMTP_USER
    password: {file: $UPKEEP_TEST_SMTP_PASSWORD_FILE}
    retry: {attempts: 2, backoff: 100ms, cap: 1s}
    tls: {caFile: $UPKEEP_TEST_CA_FILE}
  - name: mail-partly
    kind: smtp
    host: $UPKEEP_TEST_SMTP_HOST
    port: $UPKEEP_TEST_SMTP_STARTTLS_PORT
    from: upkeep@example.org
    to: [reject@example.org, one@example.org, later@example.org]
    user: $UPKEEP_TEST_SMTP_USER
    password: {file: $UPKEEP_TEST_SMTP_PASSWORD_FILE}
    retry: {attempts: 2, backoff: 100ms, cap: 1s}
    tls: {caFile: $UPKEEP_TEST_CA_FILE}
  - name: untrusted
    kind: webhook
    url: $UPKEEP_TEST_WEBHOOK_URL
EOF

# A receiver with bad manners of its own: repeats what it was sent, says too much, or nothing.
printf 'T0KEN-of-this-test-%s' "$RANDOM$RANDOM" >"$work/hook.token"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/rude.key" -out "$work/rude.pem" \
  -days 1 -subj /CN=rude -addext subjectAltName=IP:127.0.0.1 2>/dev/null
python3 - "$work" >"$work/rude.port" 2>"$work/rude.log" <<'EOF' &
import http.server, ssl, sys, threading, time
class Rude(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        status, body = 404, f"Cannot POST {self.path} for {self.headers['authorization']}".encode()
        if self.path == "/long":
            status, body = 200, b"x" * 200_000
        if self.path == "/never":
            time.sleep(60)
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Rude)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1] + "/rude.pem", sys.argv[1] + "/rude.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
EOF
receiver=$!
for _ in $(seq 100); do
  [ ! -s "$work/rude.port" ] || break
  sleep 0.1
done
export no_proxy="${no_proxy:-${NO_PROXY:-}},127.0.0.1"
for name in echo:services/PATHSECRET42?key=QSECRET2 long:long never:never; do
  cat >>"$work/deliveries.yaml" <<EOF
  - name: ${name%%:*}
    kind: webhook
    url: "https://127.0.0.1:$(<"$work/rude.port")/${name#*:}"
    token: {file: hook.token}
    tls: {caFile: rude.pem}
EOF
done

deliver() { "$upkeep" deliver "$@" >"$work/out" 2>"$work/err"; }
code_of() { local code=0; "$@" || code=$?; echo "$code"; }

quietly() { "$@" >"$work/out" 2>"$work/err"; }
check "the run finds the broken endpoint" same 2 "$(code_of quietly "$upkeep" run http.endpoint)"

# The bytes of a report, and its signature, after two faults of the receiver.
# A report lists the deliveries so far, so it is rendered first.
"$upkeep" report 1 -o "json:$work/want.json"
control '{"status": 500, "times": 2}'
before=$(count_hooks)
check "500 twice, then taken" same 0 "$(code_of deliver 1 --to hook)"
check "three tries arrived" same $((before + 3)) "$(count_hooks)"
body=$(newest "$UPKEEP_TEST_WEBHOOK_FOLDER" body)
check "the bytes are the rendered ones" cmp "$work/want.json" "$body"
check "the signature verifies, and each try had the same key" python3 - "$UPKEEP_TEST_WEBHOOK_FOLDER" "$work/hook.secret" <<'EOF'
import base64, hashlib, hmac, json, pathlib, sys, time
folder, secret = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).read_bytes()
keys = set()
for record in sorted(folder.glob("*.json"))[-3:]:
    headers = {k.lower(): v for k, v in dict(json.loads(record.read_text())["headers"]).items()}
    body = record.with_suffix(".body").read_bytes()
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    want = "v1," + base64.b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode()
    assert hmac.compare_digest(want, headers["webhook-signature"]), headers
    assert abs(time.time() - int(headers["webhook-timestamp"])) < 60, headers
    keys.add(headers["idempotency-key"])
assert len(keys) == 1, keys
EOF
check "two tries pending and one sent are in the store" \
  same "webhook|sent|3" "$(sql 'SELECT channel, state, attempts FROM deliveries ORDER BY id DESC LIMIT 1')"
check "the hash of what was sent is kept" \
  same "$(sha256sum <"$body" | cut -d' ' -f1)" "$(sql 'SELECT content_hash FROM deliveries ORDER BY id DESC LIMIT 1')"

key_of() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["headers"]["idempotency-key"])' \
  "$(newest "$UPKEEP_TEST_WEBHOOK_FOLDER" json)"; }
key=$(key_of)
# 429 with Retry-After is waited for.
control '{"status": 429, "times": 1, "retry_after": 2}'
start=$(date +%s%N)
check "429, then taken" same 0 "$(code_of deliver 1 --to hook)"
check "Retry-After was obeyed" test $((($(date +%s%N) - start) / 1000000)) -ge 2000

check "the same report again has the same key" same "$key" "$(key_of)"

# What is refused is not repeated.
control '{"status": 403, "times": 1}'
before=$(count_hooks)
check "403 is a failure" same 73 "$(code_of deliver 1 --to hook)"
check "403 is not repeated" same $((before + 1)) "$(count_hooks)"
check "the failure is in the store" \
  same "failed|1" "$(sql 'SELECT state, attempts FROM deliveries ORDER BY id DESC LIMIT 1')"

check "findings" same 0 "$(code_of deliver 1 --to on-call)"
check "findings name the endpoint" python3 - "$(newest "$UPKEEP_TEST_WEBHOOK_FOLDER" body)" <<'EOF'
import json, sys
report = json.load(open(sys.argv[1]))
assert [f["target"] for f in report["findings"] if f["state"] == "critical"] == ["web-broken"], report
EOF

check "an authority that is not trusted is a failure" same 73 "$(code_of deliver 1 --to untrusted)"
check "and says so" grep -q 'TLS failed' "$work/err"
check "after one try" same "failed|1" "$(sql 'SELECT state, attempts FROM deliveries ORDER BY id DESC LIMIT 1')"

# A receiver that repeats the token, the path and the query is quoted without them.
check "a receiver that repeats what it was sent" same 73 "$(code_of deliver 1 --to echo)"
check "is quoted" grep -q 'Cannot POST' "$work/err"
for secret in "$(<"$work/hook.token")" PATHSECRET42 QSECRET2; do
  check "without $secret" lacks "$secret"
done
check "a taken report is sent, whatever is said about it" same 0 "$(code_of deliver 1 --to long)"
check "after one try, too" same "sent|1" "$(sql 'SELECT state, attempts FROM deliveries ORDER BY id DESC LIMIT 1')"

# A signal while the receiver says nothing: the delivery is not left pending.
interrupted() {  # interrupted SIGNAL: the exit code of a delivery that gets it.
  local code=0
  "$upkeep" deliver 1 --to never >"$work/out" 2>"$work/err" &
  local process=$!
  for _ in $(seq 100); do
    [ -z "$(sql "SELECT id FROM deliveries WHERE state = 'pending'")" ] || break
    sleep 0.1
  done
  kill -s "$1" "$process"
  wait "$process" 2>/dev/null || code=$?
  echo "$code"
}
check "SIGTERM ends it" same 143 "$(interrupted TERM)"
check "as failed" same "failed|1" "$(sql 'SELECT state, attempts FROM deliveries ORDER BY id DESC LIMIT 1')"
check "kill -9 leaves it" same 137 "$(interrupted KILL)"
check "pending" same "pending|0" "$(sql 'SELECT state, attempts FROM deliveries ORDER BY id DESC LIMIT 1')"
check "the next delivery" same 0 "$(code_of deliver 1 --to long)"
check "ends it" same "failed|0" "$(sql 'SELECT state, attempts FROM deliveries ORDER BY id DESC LIMIT 1 OFFSET 1')"

# S3: the object that MinIO has is the HTML that was rendered.
"$upkeep" report 1 -o "html:$work/want.html"
check "S3" same 0 "$(code_of deliver 1 --to archive)"
curl -sS --fail --noproxy '*' --cacert "$UPKEEP_TEST_CA_FILE" --aws-sigv4 "aws:amz:$UPKEEP_TEST_S3_REGION:s3" \
  --config <(printf 'user = "%s:%s"\n' "$(<"$UPKEEP_TEST_S3_ACCESS_KEY_FILE")" "$(<"$UPKEEP_TEST_S3_SECRET_KEY_FILE")") \
  -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -D "$work/head" -o "$work/got.html" \
  "$UPKEEP_TEST_S3_URL/$UPKEEP_TEST_S3_BUCKET/e2e-$$/run/1.html" || true
check "the object is the rendered HTML" cmp "$work/want.html" "$work/got.html"
check "with its type" grep -qi '^content-type: text/html; charset=utf-8' "$work/head"
check "a wrong key is refused" same 73 "$(code_of deliver 1 --to wrong-key)"
check "and said by MinIO" grep -q 'SignatureDoesNotMatch' "$work/err"

# Mail over STARTTLS and over TLS: both parts byte for byte.
for to in mail mail-tls; do
  language=en
  [ "$to" = mail-tls ] || language=ko
  "$upkeep" report 1 --lang "$language" -o "html:$work/mail.html" -o "md:$work/mail.md"
  check "$to" same 0 "$(code_of deliver 1 --to "$to")"
  check "$to: the parts are the rendered bytes" python3 - "$(newest "$UPKEEP_TEST_MAIL_FOLDER" eml)" "$work/mail.md" "$work/mail.html" "$to" <<'EOF'
import email, email.policy, json, pathlib, sys
path = pathlib.Path(sys.argv[1])
mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
parts = {part.get_content_type(): part.get_payload(decode=True) for part in mail.iter_parts()}
assert parts["text/plain"] == pathlib.Path(sys.argv[2]).read_bytes(), "text"
assert parts["text/html"] == pathlib.Path(sys.argv[3]).read_bytes(), "html"
assert mail["subject"].startswith("upkeep "), mail["subject"]
assert not mail.defects, mail.defects
record = json.loads(path.with_suffix(".json").read_text())
assert record["user"] == "upkeep", record
# The receiver notes TLS where STARTTLS began it; its port 465 speaks nothing else.
assert record["tls"] or sys.argv[4] == "mail-tls", record
EOF
done
check "a mailbox that is not there is a failure" same 73 "$(code_of deliver 1 --to mail-refused)"
check "after one try" same "failed|1" "$(sql 'SELECT state, attempts FROM deliveries ORDER BY id DESC LIMIT 1')"
check "a mailbox that asks to come later" same 73 "$(code_of deliver 1 --to mail-later)"
check "was asked twice" same "failed|2" "$(sql 'SELECT state, attempts FROM deliveries ORDER BY id DESC LIMIT 1')"
check "a mail that some are refused" same 73 "$(code_of deliver 1 --to mail-partly)"
check "reaches the others, and is tried again for who is to come later alone" python3 - "$(newest "$UPKEEP_TEST_MAIL_FOLDER" json)" <<'EOF'
import json, sys
assert "one@example.org" in str(json.load(open(sys.argv[1]))), open(sys.argv[1]).read()
EOF
check "and says who was refused by their number" grep -q 'sent to 1 of 3; refused by number: 1 (SMTP 550), 3 (SMTP 451)' "$work/err"
check "after two tries" same "failed|2" "$(sql 'SELECT state, attempts FROM deliveries ORDER BY id DESC LIMIT 1')"

# Several at once; faults of usage and of the file.
check "two at once, one fails" same 73 "$(code_of deliver daily --to hook --to wrong-key)"
check "the good one was sent" grep -q '^[0-9]* *hook .* sent ' "$work/out"
check "an unknown name" same 64 "$(code_of deliver 1 --to hok)"
check "has a hint" grep -q "did you mean 'hook'" "$work/err"
printf 'apiVersion: upkeep/v1\ndeliveries:\n  - name: x\n    kind: webhok\n' >"$work/bad.yaml"
check "a bad file" same 78 "$(code_of deliver 1 --to x --deliveries "$work/bad.yaml")"
check "is shown at its place" grep -q 'bad.yaml:4:11' "$work/err"

# No secret is left anywhere.
for secret in "$work/hook.secret" "$UPKEEP_TEST_S3_SECRET_KEY_FILE" "$UPKEEP_TEST_SMTP_PASSWORD_FILE"; do
  check "no secret of $(basename "$secret") in the store" lacks "$(<"$secret")"
done
check "the store is whole" same 0 "$(code_of quietly "$upkeep" db check)"

echo "delivery: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
