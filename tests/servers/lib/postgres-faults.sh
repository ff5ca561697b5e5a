# SPDX-License-Identifier: Apache-2.0
# Faults of PostgreSQL; faults.sh has the rules.
# shellcheck shell=bash

# pg_hold FAULT NUMBER APPLICATION SQL: a psql of role app that runs SQL and then stays. It reads a
# pipe that it holds open itself, so it ends with a signal and by nothing else.
pg_hold() {
  local pipe="$state/faults/$1-$2.fifo"
  rm -f "$pipe"
  mkfifo -m 600 "$pipe"
  PGPASSFILE="$state/secrets/pgpass" PGAPPNAME=$3 unit_start "fault-$1-$2" "$state/faults" TERM \
    bash -c 'exec 0<>"$1"; printf "%s;\n" "$2" >&0; exec "$4" -X -q -A -t "$3"' hold "$pipe" "$4" \
    "host=$(address postgres-primary) port=5432 user=app dbname=app sslmode=disable" \
    "$pg_bin/psql"
}

pg_clients() { pg_sql primary "select count(*) from pg_stat_activity
  where backend_type = 'client backend' and pid <> pg_backend_pid()"; }

# pg_count_is NUMBER SQL
pg_count_is() { [[ "$(pg_sql primary "$2")" == "$1" ]]; }

pg_refuses_upkeep() {
  local said
  said=$(pg_as upkeep 'select 1' 2>&1) && return 1
  [[ "$said" == *'remaining connection slots are reserved'* ]]
}

# Every ordinary slot taken: upkeep itself is refused, only a superuser gets in.
fault_pg_full_connections() {
  local n
  for ((n = 1; n <= pg_max_connections; n++)); do
    pg_hold pg-full-connections "$n" pool-worker 'select 1'
  done
  fault_until 15 'PostgreSQL refuses connections' pg_refuses_upkeep
}
heal_pg_full_connections() {
  fault_release pg-full-connections
  fault_until 10 'PostgreSQL takes connections' pg_as upkeep 'select 1'
}

# 35 of 40 taken: above 80 %, and upkeep can still look.
fault_pg_many_connections() {
  local n have
  have=$(pg_clients)
  for ((n = have + 1; n <= 35; n++)); do
    pg_hold pg-many-connections "$n" pool-worker 'select 1'
  done
  fault_until 15 '35 connections are open' pg_many
}
pg_many() { (($(pg_clients) >= 35)); }
heal_pg_many_connections() {
  fault_release pg-many-connections
  fault_until 10 'the pool is gone' pg_count_is 0 \
    "select count(*) from pg_stat_activity where application_name = 'pool-worker'"
}

pg_idle_sql="select count(*) from pg_stat_activity where state = 'idle in transaction'
  and usename = 'app' and application_name in ('orders-batch', 'report-reader', 'psql')"

# Three sessions: one holds row locks and a transaction id, one a snapshot, one nothing. Prints
# "PID APPLICATION" of each and keeps that in faults/pg-idle-in-transaction.pids.
fault_pg_idle_in_transaction() {
  local fault=pg-idle-in-transaction
  pg_hold "$fault" 1 orders-batch "begin; update orders set state = 'held' where id <= 10"
  pg_hold "$fault" 2 report-reader \
    'begin isolation level repeatable read; select count(*) from orders'
  pg_hold "$fault" 3 psql 'begin; select 1'
  fault_until 10 'three sessions are idle in transaction' pg_count_is 3 "$pg_idle_sql"
  pg_sql primary "select pid || ' ' || application_name from pg_stat_activity
    where state = 'idle in transaction' and usename = 'app' order by application_name" |
    tee "$state/faults/$fault.pids"
}
heal_pg_idle_in_transaction() {
  fault_release pg-idle-in-transaction
  fault_until 10 'no session is idle in transaction' pg_count_is 0 "$pg_idle_sql"
}

pg_blocked_sql="select count(*) from pg_stat_activity where wait_event_type = 'Lock'
  and application_name = 'checkout' and cardinality(pg_blocking_pids(pid)) > 0"

# One session locks a table and idles; another waits for it.
fault_pg_blocked_lock() {
  pg_hold pg-blocked-lock 1 migration 'begin; lock table orders in access exclusive mode'
  fault_until 10 'the table is locked' pg_count_is 1 \
    "select count(*) from pg_locks l join pg_stat_activity a using (pid)
     where a.application_name = 'migration' and l.mode = 'AccessExclusiveLock' and l.granted"
  pg_hold pg-blocked-lock 2 checkout "update orders set state = 'paid' where id = 1"
  fault_until 10 'a session waits for the lock' pg_count_is 1 "$pg_blocked_sql"
}
heal_pg_blocked_lock() {
  fault_release pg-blocked-lock
  fault_until 10 'nobody waits' pg_count_is 0 \
    "select count(*) from pg_stat_activity where application_name in ('migration', 'checkout')"
}

fault_pg_stopped() { unit_stop pg-primary; }
heal_pg_stopped() {
  pg_start_one primary
  wait_for pg-standby 30 pg_streaming
}

# Connections are accepted by the kernel and never answered.
fault_pg_never_answers() { unit_freeze pg-primary; }
heal_pg_never_answers() {
  unit_thaw pg-primary
  wait_for pg-primary 15 pg_sql primary 'select 1'
  wait_for pg-standby 30 pg_streaming
}

# The slot stays, inactive, and keeps WAL on the primary.
fault_pg_replica_stopped() {
  unit_stop pg-standby
  fault_until 10 'the primary has no standby' pg_count_is 0 \
    'select count(*) from pg_stat_replication'
}
heal_pg_replica_stopped() {
  pg_start_one standby
  wait_for pg-standby 30 pg_streaming
}

pg_lag_bytes() {
  pg_sql primary "select coalesce(max(pg_wal_lsn_diff(sent_lsn, replay_lsn)), 0)::bigint
    from pg_stat_replication"
}
pg_lags() { (($(pg_lag_bytes) > 16 * 1024 * 1024)); }
pg_caught_up() { pg_streaming && (($(pg_lag_bytes) == 0)); }

# Receives, does not replay: more than 16 MiB behind in bytes (replay_lag in seconds stands still).
fault_pg_replica_lag() {
  pg_sql standby 'select pg_wal_replay_pause()'
  fault_until 10 'replay is paused' pg_paused
  pg_sql primary "create table if not exists fault_lag (body text);
    insert into fault_lag select repeat(md5(n::text), 64) from generate_series(1, 400000) n" app
  fault_until 20 'the standby lags' pg_lags
}
pg_paused() { [[ "$(pg_sql standby 'select pg_get_wal_replay_pause_state()')" == paused ]]; }
heal_pg_replica_lag() {
  pg_sql standby 'select pg_wal_replay_resume()'
  pg_sql primary 'drop table if exists fault_lag' app
  fault_until 30 'the standby has caught up' pg_caught_up
}

pg_archiver_fails() {
  pg_count_is t "select coalesce(last_failed_time > last_archived_time, false)
    from pg_stat_archiver"
}
pg_archiver_works() {
  pg_count_is t "select last_archived_time > last_failed_time from pg_stat_archiver"
}

# The archive command exits 1; the segments wait on the primary.
fault_pg_archive_failing() {
  : >"$state/pg-archive/refuse"
  pg_sql primary 'create table fault_archive (); select pg_switch_wal()'
  fault_until 20 'archiving fails' pg_archiver_fails
}
heal_pg_archive_failing() {
  rm -f "$state/pg-archive/refuse"
  pg_sql primary 'drop table if exists fault_archive; select pg_switch_wal()'
  fault_until 20 'archiving works' pg_archiver_works
}

pg_deadlocks() { pg_sql primary 'select sum(deadlocks) from pg_stat_database'; }
pg_deadlocked() { (($(pg_deadlocks) > $1)); }

# Two transactions that wait for each other's row: the server ends one, and counts it.
fault_pg_deadlock() {
  local before first
  before=$(pg_deadlocks)
  pg_as app "begin; update customers set email = email where id = 1; select pg_sleep(2);
    update customers set email = email where id = 2; commit" >/dev/null 2>&1 &
  first=$!
  pg_as app "begin; update customers set email = email where id = 2; select pg_sleep(2);
    update customers set email = email where id = 1; commit" >/dev/null 2>&1 || true
  wait "$first" || true
  fault_until 10 'a deadlock is counted' pg_deadlocked "$before"
}
heal_pg_deadlock() { :; }
