# SPDX-License-Identifier: Apache-2.0
# Faults of MariaDB, nginx and the receivers; faults.sh has the rules.
# shellcheck shell=bash

fault_mariadb_stopped() { unit_stop mariadb-primary; }
heal_mariadb_stopped() {
  mariadb_launch primary
  wait_for mariadb-primary 30 mariadb_sql primary 'select 1'
  wait_for mariadb-replica 30 mariadb_replicates
}

fault_mariadb_never_answers() { unit_freeze mariadb-primary; }
heal_mariadb_never_answers() {
  unit_thaw mariadb-primary
  wait_for mariadb-primary 15 mariadb_sql primary 'select 1'
  wait_for mariadb-replica 60 mariadb_replicates
}

fault_mariadb_replica_stopped() { unit_stop mariadb-replica; }
heal_mariadb_replica_stopped() {
  mariadb_launch replica
  wait_for mariadb-replica 30 mariadb_replicates
}

mariadb_slave_shows() { grep -qE "$1" < <(mariadb_slave_status); }

# The replica receives and does not apply; writes pile up.
fault_mariadb_replica_lag() {
  mariadb_sql replica 'stop slave sql_thread'
  mariadb_sql primary 'update app.orders set amount = amount + 1 where id <= 100'
  fault_until 10 'the SQL thread stands' mariadb_slave_shows 'Slave_SQL_Running: No'
}
heal_mariadb_replica_lag() {
  mariadb_sql replica 'start slave sql_thread'
  wait_for mariadb-replica 20 mariadb_replicates
}

# A row that only the replica has meets the same key from the primary: error 1062.
fault_mariadb_replication_broken() {
  mariadb_sql replica "set sql_log_bin = 0; insert into app.orders values (900001, 'stray', 1)"
  mariadb_sql primary "insert into app.orders values (900001, 'paid', 2)"
  fault_until 10 'replication stops with an error' mariadb_slave_shows 'Last_SQL_Errno: 1062'
}
heal_mariadb_replication_broken() {
  mariadb_sql replica "set sql_log_bin = 0; delete from app.orders where id = 900001; start slave"
  wait_for mariadb-replica 20 mariadb_replicates
  mariadb_sql primary 'delete from app.orders where id = 900001'
  wait_for mariadb-replica 20 mariadb_replicates
}

fault_endpoint_dead() { unit_stop nginx; }
heal_endpoint_dead() { nginx_start; }

fault_endpoint_failing() {
  printf 'return 503 "{\\"status\\":\\"down\\"}\\n";\n' >"$state/nginx/health.conf"
  nginx_reload
  fault_until 10 '/health answers 503' not nginx_answers
}
heal_endpoint_failing() {
  printf 'return 200 "{\\"status\\":\\"ok\\"}\\n";\n' >"$state/nginx/health.conf"
  nginx_reload
  fault_until 10 '/health answers 200' nginx_answers
}

fault_endpoint_never_answers() { unit_freeze nginx; }
heal_endpoint_never_answers() {
  unit_thaw nginx
  fault_until 10 '/health answers 200' nginx_answers
}

nginx_serves() {
  [[ "$(nginx_served_end)" == "$(openssl x509 -noout -enddate -in "$pki/$1.crt")" ]]
}
nginx_turn_certificate() {
  nginx_serve_certificate "$1"
  nginx_reload
  fault_until 10 "the main address serves $1" nginx_serves "$1"
}

fault_certificate_expiring() { nginx_turn_certificate nginx-expiring; }
heal_certificate_expiring() { nginx_turn_certificate nginx; }
fault_certificate_expired() { nginx_turn_certificate nginx-expired; }
heal_certificate_expired() { nginx_turn_certificate nginx; }

fault_minio_stopped() { unit_stop minio; }
heal_minio_stopped() { minio_start; }

fault_webhook_stopped() { unit_stop webhook; }
heal_webhook_stopped() { webhook_start; }
fault_webhook_failing() { webhook_control '{"status": 500, "times": -1}' >/dev/null; }
heal_webhook_failing() { webhook_control '{"status": 200}' >/dev/null; }
fault_webhook_throttled() {
  webhook_control '{"status": 429, "times": -1, "retry_after": 1}' >/dev/null
}
heal_webhook_throttled() { webhook_control '{"status": 200}' >/dev/null; }

fault_smtp_stopped() { unit_stop smtp; }
heal_smtp_stopped() { smtp_start; }
