# SPDX-License-Identifier: Apache-2.0
# MariaDB 10.11: a primary and a GTID replica, both with TLS offered.
# shellcheck shell=bash

# mariadb_sql primary|replica SQL [DATABASE]: root, whom the server knows by the socket's peer.
mariadb_sql() {
  mariadb --no-defaults -S "$state/mariadb-$1/server.sock" -u root -N -B -e "$2" "${3:-}"
}

# mariadb_as USER SQL [primary|replica] [DATABASE]: over TCP and TLS.
mariadb_as() {
  mariadb --defaults-file="$state/secrets/mariadb.$1.cnf" -h "$(address "mariadb-${3:-primary}")" \
    --ssl-ca="$pki/ca.crt" --ssl-verify-server-cert --connect-timeout=5 -N -B -e "$2" "${4:-}"
}

mariadb_start() {
  local who
  if [[ ! -e "$state/mariadb-primary/ready" ]]; then
    mariadb_create
  fi
  for who in primary replica; do
    mariadb_launch "$who"
  done
  for who in primary replica; do
    wait_for "mariadb-$who" 30 mariadb_sql "$who" 'select 1'
  done
  [[ -e "$state/mariadb-primary/ready" ]] || mariadb_fill
  wait_for mariadb-replica 20 mariadb_replicates
}

mariadb_create() {
  local who dir
  for who in primary replica; do
    dir="$state/mariadb-$who"
    rm -rf "$dir"
    install -d -o mysql -g mysql -m 755 "$dir"
    install -o mysql -g mysql -m 600 "$pki/mariadb.key" "$dir/server.key"
    install -o mysql -g mysql -m 644 "$pki/mariadb.crt" "$dir/server.crt"
    install -o mysql -g mysql -m 644 "$pki/ca.crt" "$dir/ca.crt"
  done
  (cd "$state/mariadb-primary" && setpriv --reuid mysql --regid mysql --init-groups \
    mariadb-install-db --no-defaults --datadir="$state/mariadb-primary/data" \
    --auth-root-authentication-method=socket --auth-root-socket-user=root --skip-test-db \
    --skip-name-resolve --innodb-log-file-size=8M)
  # The same empty server twice: the replica then follows from the first event on.
  cp -a "$state/mariadb-primary/data" "$state/mariadb-replica/data"
}

mariadb_launch() {
  local who=$1 dir="$state/mariadb-$1" id=1
  unit_alive "mariadb-$who" && return
  [[ "$who" == primary ]] || id=2
  unit_start "mariadb-$who" "$dir" TERM setpriv --reuid mysql --regid mysql --init-groups \
    mariadbd --no-defaults --datadir="$dir/data" --socket="$dir/server.sock" \
    --pid-file="$dir/server.pid" --bind-address="$(address "mariadb-$who")" --port=3306 \
    --server-id="$id" --log-bin=binlog --binlog-format=ROW --gtid-strict-mode=ON \
    --relay-log=relay --read-only="$([[ "$who" == primary ]] && echo OFF || echo ON)" \
    --innodb-buffer-pool-size=32M --innodb-log-file-size=8M --innodb-flush-log-at-trx-commit=0 \
    --skip-name-resolve --max-connections=50 --performance-schema=ON \
    --ssl-ca="$dir/ca.crt" --ssl-cert="$dir/server.crt" --ssl-key="$dir/server.key"
}

mariadb_fill() {
  local who
  mariadb_sql primary "
    create user upkeep@'%' identified by '$(secret mariadb.upkeep)';
    grant process, binlog monitor, slave monitor on *.* to upkeep@'%';
    create user upkeep_bare@'%' identified by '$(secret mariadb.upkeep_bare)';
    create user replica@'%' identified by '$(secret mariadb.replica)';
    grant replication slave on *.* to replica@'%';
    create user app@'%' identified by '$(secret mariadb.app)';
    create database app;
    grant all on app.* to app@'%';
    use app;
    create table orders (id int primary key, state varchar(16) not null, amount decimal(10,2));
    insert into orders select seq, if(seq % 7, 'paid', 'open'), seq % 500 from seq_1_to_5000;"
  (
    umask 077
    for who in upkeep upkeep_bare app; do
      printf '[client]\nuser=%s\npassword=%s\n' "$who" "$(secret "mariadb.$who")" \
        >"$state/secrets/mariadb.$who.cnf"
    done
  )
  mariadb_sql replica "
    change master to master_host='$(address mariadb-primary)', master_user='replica',
      master_password='$(secret mariadb.replica)', master_use_gtid=slave_pos,
      master_connect_retry=1, master_ssl=1, master_ssl_ca='$state/mariadb-replica/ca.crt',
      master_ssl_verify_server_cert=1;
    start slave"
  : >"$state/mariadb-primary/ready"
}

mariadb_slave_status() {
  mariadb --no-defaults -E -S "$state/mariadb-replica/server.sock" -u root -e 'show slave status'
}

# Both threads run, and the last order of the primary has arrived.
mariadb_replicates() {
  local primary replica
  primary=$(mariadb_sql primary 'select @@gtid_binlog_pos')
  replica=$(mariadb_sql replica 'select @@gtid_slave_pos')
  [[ -n "$primary" && "$primary" == "$replica" ]] &&
    grep -q 'Slave_SQL_Running: Yes' < <(mariadb_slave_status)
}
