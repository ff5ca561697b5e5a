# SPDX-License-Identifier: Apache-2.0
# The test CA of an instance and the certificates of its servers, good and bad.
# shellcheck shell=bash

# The test cluster's bridge: pods reach exposed servers there, under the same certificates.
extra_ip=${UPKEEP_SERVERS_EXTRA_IP:-198.18.0.1}

certificates_make() {
  [[ -e "$pki/done" ]] && return
  local now past
  rm -rf "$pki"
  mkdir -p "$pki"
  (
    cd "$pki"
    : >index.txt
    openssl rand -hex 8 >serial
    cat >ca.cnf <<'CNF'
[ca]
default_ca = test
[test]
database = index.txt
serial = serial
new_certs_dir = .
certificate = ca.crt
private_key = ca.key
default_md = sha256
unique_subject = no
policy = any
[any]
commonName = supplied
[req]
distinguished_name = none
[none]
CNF
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
      -subj '/CN=upkeep test CA' -keyout ca.key -out ca.crt -config ca.cnf \
      -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
    now=-1day
    past=-40days
    certificate postgres "$now" 90days postgres.upkeep.test postgres-primary postgres-standby
    certificate redis-tls "$now" 90days redis-tls.upkeep.test redis-tls
    certificate mariadb "$now" 90days mariadb.upkeep.test mariadb-primary mariadb-replica
    certificate minio "$now" 90days minio.upkeep.test minio
    certificate webhook "$now" 90days webhook.upkeep.test webhook
    certificate smtp "$now" 90days smtp.upkeep.test smtp
    certificate nginx "$now" 90days nginx.upkeep.test nginx
    # Expiring and expired ones carry the main address too: a fault serves them there.
    certificate nginx-expiring "$past" '5days 1hour' nginx.upkeep.test nginx nginx-expiring
    certificate nginx-expired "$past" -1day nginx.upkeep.test nginx nginx-expired
    certificate nginx-wrong-name "$now" 90days somebody-else.upkeep.test
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
      -subj '/CN=self-signed.upkeep.test' -keyout nginx-self-signed.key \
      -out nginx-self-signed.crt -config ca.cnf \
      -addext "subjectAltName=IP:$(address nginx-self-signed),DNS:self-signed.upkeep.test"
    : >done
  ) >"$state/log/certificates.log" 2>&1 9>&- &
  # In the background, because bash ignores errors inside a list that ends with ||.
  wait $! || unit_failed certificates 'could not be made'
}

# certificate NAME FROM TO HOST [SERVER...]: dates relative to now, as date(1) reads them.
certificate() {
  local who=$1 from=$2 to=$3 host=$4 server names
  shift 4
  names="DNS:$host"
  (($# == 0)) || names+=",IP:$extra_ip"
  for server in "$@"; do
    names+=",IP:$(address "$server")"
  done
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$host" \
    -keyout "$who.key" -out "$who.csr" -config ca.cnf
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' "$names" \
    >"$who.ext"
  openssl ca -batch -notext -config ca.cnf -in "$who.csr" -out "$who.crt" -extfile "$who.ext" \
    -startdate "$(date -u -d "$from" +%Y%m%d%H%M%SZ)" \
    -enddate "$(date -u -d "$to" +%Y%m%d%H%M%SZ)"
  rm -f "$who.csr" "$who.ext"
}
