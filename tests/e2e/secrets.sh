#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A secret of its own is put into every source: kubeconfig (token, token file, key, password, exec plugin),
# inventory (file, environment, exec, Kubernetes Secret), deliveries. Most are wrong, so that servers refuse
# and speak about them. Then everything is run, and none of them, in no encoding, is in the store, a report, a
# case, a log, what was said, or the command line of a child.
#
#   UPKEEP_BINARY=PATH tests/e2e/secrets.sh      with cluster env and servers env exported
set -euo pipefail
# shellcheck source=lib/session.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/session.sh"

namespace=upkeep-secrets
receiver=''
cleanup() {
  [ -z "$receiver" ] || kill "$receiver" 2>/dev/null || true
  kubectl delete namespace "$namespace" --ignore-not-found --wait=false >/dev/null 2>&1 || true
  rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir "$work/secrets" "$work/out"   # out is what is searched.
export UPKEEP_STORE=$work/out/upkeep.db UPKEEP_DELIVERIES=$work/deliveries.yaml
# secret NAME [CHARACTERS]: a secret that nothing else can be, kept in secrets/NAME.
secret() { printf '%s%s' "$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')" "${2:-}" >"$work/secrets/$1"; }
nasty='%/+=&<"'\''>\$(x)`;é 한'
secret token; secret token-file; secret user-password ':@/'; secret exec-token; secret key
secret pg-file "$nasty"; secret pg-environment "$nasty"; secret pg-exec ' %41"\'; secret pg-secret '&<>'
secret redis-file '"\$'; secret redis-environment "$nasty"; secret http-password ':p@ss/?#'
secret hook-secret; secret hook-token; secret smtp-password '"\='; secret s3-id; secret s3-key '+/='
secret echo-token; secret echo-path; secret echo-query
of() { cat "$work/secrets/$1"; }

openssl genpkey -algorithm ed25519 2>/dev/null >"$work/key.pem"
sed -n 2p "$work/key.pem" | tr -d '\n' >"$work/secrets/key"
openssl req -x509 -key "$work/key.pem" -subj /CN=nobody -days 1 >"$work/cert.pem" 2>/dev/null
server=$API_URL authority=$(kubectl config view --raw --minify -o 'jsonpath={.clusters[0].cluster.certificate-authority-data}')
# kubeconfig NAME USER-KEYS
kubeconfig() {
  cat >"$work/$1.kubeconfig" <<END
apiVersion: v1
kind: Config
current-context: $1
clusters: [{name: c, cluster: {server: "$server", certificate-authority-data: $authority}}]
contexts: [{name: $1, context: {cluster: c, user: u}}]
users: [{name: u, user: {$2}}]
END
}
# A credential program tells how it was called, which must not hold a secret either.
cat >"$work/credential" <<END
#!/bin/sh
tr '\\0' ' ' </proc/\$\$/cmdline >>$work/out/children
tr '\\0' ' ' </proc/\$PPID/cmdline >>$work/out/children
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "\$(cat $work/secrets/exec-token)"
END
printf '#!/bin/sh\ntr "\\0" " " </proc/$$/cmdline >>%s/out/children\ncat %s/secrets/pg-exec\n' "$work" "$work" >"$work/password"
printf '#!/bin/sh\necho "login failed for %s" >&2\nexit 3\n' "$(of exec-token)" >"$work/failing"
chmod +x "$work/credential" "$work/password" "$work/failing"
kubeconfig token "token: $(of token)"
kubeconfig token-file "tokenFile: $work/secrets/token-file"
kubeconfig password "username: eve, password: '$(of user-password)'"
kubeconfig key "client-certificate-data: $(base64 -w0 "$work/cert.pem"), client-key-data: $(base64 -w0 "$work/key.pem")"
kubeconfig exec "exec: {apiVersion: client.authentication.k8s.io/v1, command: $work/credential}"
kubeconfig broken "token: [$(of token), client-key-data: \"$(of key)!!\"]"
kubeconfig half "token: $(of token), client-key-data: $(of key)!!"

kubectl create namespace "$namespace" --dry-run=client -o yaml | kubectl apply -f - >/dev/null
kubectl -n "$namespace" create secret generic db --from-file=password="$work/secrets/pg-secret" >/dev/null
PG_PASSWORD_OF_TEST=$(of pg-environment) REDIS_PASSWORD_OF_TEST=$(of redis-environment)
export PG_PASSWORD_OF_TEST REDIS_PASSWORD_OF_TEST

pg() { printf '  - {name: %s, kind: postgres, host: %s, database: app, user: upkeep, password: %s, tls: {caFile: %s}}\n' \
  "$1" "$UPKEEP_TEST_PG_PRIMARY_HOST" "$2" "$UPKEEP_TEST_CA_FILE"; }
redis() { printf '  - {name: %s, kind: redis, host: %s, user: upkeep, password: %s, tls: {mode: disable}}\n' "$1" "$UPKEEP_TEST_REDIS_PRIMARY_HOST" "$2"; }
{
  whole_inventory
  for name in token token-file password key exec; do
    echo "  - {name: kube-$name, kind: kubernetes, kubeconfig: $work/$name.kubeconfig}"
  done
  pg pg-file "{file: $work/secrets/pg-file}"
  pg pg-environment '{environment: PG_PASSWORD_OF_TEST}'
  pg pg-exec "{exec: [$work/password]}"
  pg pg-failing "{exec: [$work/failing]}"
  pg pg-secret "{secret: {cluster: cluster, namespace: $namespace, name: db, key: password}}"
  redis redis-file "{file: $work/secrets/redis-file}"
  redis redis-environment '{environment: REDIS_PASSWORD_OF_TEST}'
  echo "  - {name: http-password, kind: http, url: \"$UPKEEP_TEST_HTTP_URL/500\", user: eve, password: {file: $work/secrets/http-password}}"
} >"$UPKEEP_INVENTORY"
# A receiver that refuses, and repeats all that it was sent.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/echo.key" -out "$work/echo.pem" \
  -days 1 -subj /CN=echo -addext subjectAltName=IP:127.0.0.1 2>/dev/null
python3 - "$work" >"$work/echo.port" 2>"$work/echo.log" <<'END' &
import http.server, ssl, sys
class Echo(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        body = f"no {self.path} for {self.headers['authorization']}".encode()
        self.send_response(401)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1] + "/echo.pem", sys.argv[1] + "/echo.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
END
receiver=$!
for _ in $(seq 100); do
  [ ! -s "$work/echo.port" ] || break
  sleep 0.1
done
export no_proxy="${no_proxy:-${NO_PROXY:-}},127.0.0.1"
cat >"$UPKEEP_DELIVERIES" <<END
apiVersion: upkeep/v1
deliveries:
  - {name: hook, kind: webhook, url: "$UPKEEP_TEST_WEBHOOK_URL", secret: {file: $work/secrets/hook-secret}, token: {file: $work/secrets/hook-token}, tls: {caFile: $UPKEEP_TEST_CA_FILE}}
  - {name: echo, kind: webhook, url: "https://127.0.0.1:$(<"$work/echo.port")/services/$(of echo-path)?key=$(of echo-query)", token: {file: $work/secrets/echo-token}, tls: {caFile: $work/echo.pem}}
  - {name: mail, kind: smtp, host: $UPKEEP_TEST_SMTP_HOST, from: upkeep@example.com, to: [ops@example.com], user: upkeep, password: {file: $work/secrets/smtp-password}, tls: {caFile: $UPKEEP_TEST_CA_FILE}, retry: {attempts: 2, backoff: 100ms}}
  - {name: archive, kind: s3, endpoint: "$UPKEEP_TEST_S3_URL", bucket: $UPKEEP_TEST_S3_BUCKET, accessKeyId: {file: $work/secrets/s3-id}, secretAccessKey: {file: $work/secrets/s3-key}, tls: {caFile: $UPKEEP_TEST_CA_FILE}, retry: {attempts: 2, backoff: 100ms}}
END

mkdir "$work/schedules"
cat >"$work/schedules/all.yaml" <<END
apiVersion: upkeep/v1
schedules:
  - {id: all, cron: "* * * * *", playbooks: ["cadence:daily"], grace: 5m, deliver: [hook, echo, mail, archive]}
END

number=0
# say CODES COMMAND...: keeps what it says; its exit code must be among CODES.
say() {
  local codes=$1 rc=0
  shift
  number=$((number + 1))
  "$upkeep" "$@" >"$work/out/$number.out" 2>"$work/out/$number.err" </dev/null || rc=$?
  if [[ " $codes " == *" $rc "* ]]; then pass "upkeep ${*:1:3}: exit code $rc"; else
    fail "upkeep ${*:1:3}: exit code $rc, wanted one of $codes" "$(tail -5 "$work/out/$number.err")"; fi
}
formats=()
for format in table wide json jsonl csv junit nagios prometheus md html; do formats+=(-o "$format:$work/out/run.$format"); done
say "2 3" run daily "${formats[@]}" -o table
for language in en ko; do
  for format in table json md html csv; do
    say 0 report daily --lang "$language" -o "$format:$work/out/report.$language.$format"
  done
done
say "0 1 3 78" doctor
say 0 config show
say "0 69 78 3 1" record redis.health --target redis-environment -o "$work/out/redis.case.json" --name wrong
say "0 1" record redis.health --target cache -o "$work/out/redis.case.json" --name right
say "0 1 3" record kubernetes.nodes --target kube-token -o "$work/out/nodes.case.json"
say "0 73 3 69 77" deliver daily --to hook --to echo --to mail --to archive
say "0 2 77 65" plan
say 0 history
say "0 65" diff
# The manifests hold the file as it is; of its own it has an address alone that is secret.
sed 's#/services/[^"]*##' "$UPKEEP_DELIVERIES" >"$work/addressless.yaml"
say 0 manifests --deliveries "$work/addressless.yaml"
say 78 run kubernetes.nodes --kubeconfig "$work/broken.kubeconfig"
say 78 run kubernetes.nodes --kubeconfig "$work/half.kubeconfig"
say 78 config context --kubeconfig "$work/half.kubeconfig"
# The log of a tick, and what is served.
say "0 73 69 77" tick --schedule all --schedules "$work/schedules" --log json --reports "$work/out/reports"
cp "$work/out/$number.err" "$work/out/tick.err"
"$upkeep" serve --listen 127.0.0.1:0 >"$work/out/serve.out" 2>"$work/out/serve.err" &
serving=$!
for _ in $(seq 100); do
  address=$(grep -o 'http://[^ ]*' "$work/out/serve.err" || true)
  [ -z "$address" ] || break
  sleep 0.1
done
for page in "" runs metrics report/daily; do
  curl -sS --noproxy '*' --max-time 10 -o "$work/out/served.${page//\//-}" "$address$page"
done
kill "$serving" && wait "$serving" || true
if [ -s "$work/out/served." ] && [ -s "$work/out/served.metrics" ]; then pass "pages were served"; else fail "no page was served"; fi
say 0 db check

# Every target was really tried with its wrong secret: else nothing was shown.
for target in kube-token kube-token-file kube-password kube-exec pg-file pg-environment pg-exec pg-failing pg-secret redis-file redis-environment; do
  if jq -e --arg target "$target" 'any(.checks[]; .target == $target and .state == "unknown")' "$work/out/run.json" >/dev/null; then
    pass "$target was refused"
  else
    fail "$target was not refused" "$(jq -c --arg target "$target" '.checks[] | select(.target == $target)' "$work/out/run.json")"
  fi
done
for delivery in hook mail archive; do
  tried=$(sqlite3 -readonly "$UPKEEP_STORE" "select count(*) from deliveries d join delivery_attempts a on a.delivery = d.id
    where d.channel = '$(case $delivery in hook) echo webhook ;; mail) echo smtp ;; *) echo s3 ;; esac)'")
  if [ "$tried" -gt 0 ]; then pass "delivery by $delivery was tried"; else fail "delivery by $delivery was never tried"; fi
done
if grep -q 'HTTP 401: no \[redacted\] for Bearer \[redacted\]' "$work/out/tick.err"; then pass "a receiver's echo is in the log of a tick"
else fail "no receiver's echo is in the log of a tick"; fi
if jq -e 'any(.checks[]; .target == "http-password")' "$work/out/run.json" >/dev/null; then pass "http-password was asked"; else fail "http-password was not asked"; fi
if [ -s "$work/out/children" ]; then pass "the credential programs were started"; else fail "no credential program was started"; fi

# Every form of every secret, in every file that was written.
if python3 - "$work/secrets" "$work/out" >"$work/leaks" <<'END'; then pass "no secret in $(find "$work/out" -type f | wc -l) files"; else fail "secrets were found" "$(head -40 "$work/leaks")"; fi
import base64, html, json, os, shlex, sys, urllib.parse
secrets, out = sys.argv[1:]
forms = {}
for name in sorted(os.listdir(secrets)):
    raw = open(os.path.join(secrets, name), "rb").read()
    text = raw.decode()
    found = {"raw": raw, "json": json.dumps(text)[1:-1].encode(), "json utf-8": json.dumps(text, ensure_ascii=False)[1:-1].encode(),
             "html": html.escape(text).encode(), "html without quotes": html.escape(text, quote=False).encode(),
             "percent": urllib.parse.quote(text, safe="").encode(), "percent, lower case": urllib.parse.quote(text, safe="").replace("%", "%").lower().encode(),
             "form": urllib.parse.quote_plus(text).encode(), "shell": shlex.quote(text).encode(), "hex": raw.hex().encode()}
    # base64 of something that holds it: at each of the three alignments, what does not hang on the neighbours.
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        begin, end = -(-shift * 8 // 6), (shift + len(raw)) * 8 // 6
        found[f"base64 +{shift}"] = encoded[begin:end]
        found[f"base64url +{shift}"] = encoded[begin:end].replace(b"+", b"-").replace(b"/", b"_")
    # The random part alone, which no encoding changes.
    found["its random part"] = raw[:24]
    for form, data in found.items():
        forms[(name, form)] = data
leaks = 0
for folder, _, files in os.walk(out):
    for file in sorted(files):
        data = open(os.path.join(folder, file), "rb").read()
        for (name, form), wanted in forms.items():
            if len(wanted) >= 8 and wanted in data:
                leaks += 1
                at = data.index(wanted)
                print(f"{name} ({form}) in {file}: …{data[max(0, at - 60):at + 40]!r}")
sys.exit(leaks > 0)
END
finish
