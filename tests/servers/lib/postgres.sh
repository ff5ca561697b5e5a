# SPDX-License-Identifier: Apache-2.0
# PostgreSQL 15: a primary that archives its WAL, and a streaming standby on a replication slot.
# shellcheck shell=bash

# Not the psql on PATH: Debian's wrapper takes the port of a cluster of the distribution's own.
pg_bin=/usr/lib/postgresql/15/bin
pg_max_connections=40

# libpq looks for certificates and password files in HOME, which must not be the caller's.
as_postgres() {
  env HOME=/nonexistent setpriv --reuid postgres --regid postgres --init-groups "$@"
}

# pg_sql primary|standby SQL [DATABASE]: as the superuser over the server's own socket.
pg_sql() {
  as_postgres "$pg_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$state/pg-$1" -p 5432 -U postgres \
    -d "${3:-postgres}" -c "$2"
}

# pg_as ROLE SQL [primary|standby] [DATABASE]: over TCP and TLS, the way upkeep itself comes.
pg_as() {
  PGPASSFILE="$state/secrets/pgpass" PGCONNECT_TIMEOUT=5 "$pg_bin/psql" -X -q -A -t \
    -v ON_ERROR_STOP=1 "host=$(address "postgres-${3:-primary}") port=5432 user=$1 dbname=${4:-app} sslmode=verify-full
     sslrootcert=$pki/ca.crt" -c "$2"
}

pg_configure() { # FOLDER ADDRESS
  cat >>"$1/data/postgresql.conf" <<CONF
listen_addresses = '$2'
port = 5432
unix_socket_directories = '$1'
max_connections = $pg_max_connections
superuser_reserved_connections = 3
shared_buffers = 32MB
dynamic_shared_memory_type = mmap
shared_preload_libraries = 'pg_stat_statements'
wal_level = replica
wal_retrieve_retry_interval = 500ms
max_wal_size = 256MB
archive_mode = on
archive_command = 'test ! -e $state/pg-archive/refuse && cp %p $state/pg-archive/%f'
hot_standby = on
fsync = off
full_page_writes = off
password_encryption = 'scram-sha-256'
ssl = on
ssl_cert_file = '$1/server.crt'
ssl_key_file = '$1/server.key'
log_line_prefix = '%m [%p] %q%u@%d %a '
track_io_timing = on
autovacuum_naptime = 5s
timezone = 'UTC'
CONF
}

pg_folder() { # WHO
  install -d -o postgres -g postgres -m 700 "$state/pg-$1"
  install -o postgres -g postgres -m 644 "$pki/postgres.crt" "$state/pg-$1/server.crt"
  install -o postgres -g postgres -m 600 "$pki/postgres.key" "$state/pg-$1/server.key"
}

pg_start_one() { # WHO: fast shutdown is SIGINT
  unit_alive "pg-$1" || unit_start "pg-$1" "$state/pg-$1" INT \
    env HOME=/nonexistent setpriv --reuid postgres --regid postgres --init-groups \
    "$pg_bin/postgres" -D "$state/pg-$1/data"
  wait_for "pg-$1" 30 pg_sql "$1" 'select 1'
}

postgres_start() {
  [[ -e "$state/pg-primary/ready" ]] || pg_create_primary
  pg_start_one primary
  [[ -e "$state/pg-primary/ready" ]] || pg_fill
  [[ -e "$state/pg-standby/ready" ]] || pg_create_standby
  pg_start_one standby
  wait_for pg-standby 30 pg_streaming
}

pg_streaming() {
  local count="select count(*) from pg_stat_replication where state = 'streaming'"
  [[ "$(pg_sql primary "$count")" == 1 ]]
}

pg_create_primary() {
  local dir="$state/pg-primary"
  rm -rf "$dir"
  pg_folder primary
  install -d -o postgres -g postgres -m 700 "$state/pg-archive"
  (cd "$dir" && as_postgres "$pg_bin/initdb" -D "$dir/data" -U postgres -k -N -E UTF8 \
    --locale=C.UTF-8 --auth=reject)
  pg_configure "$dir" "$(address postgres-primary)"
  # Clients come from 127.0.0.1, or through a forwarder of this machine.
  cat >"$dir/data/pg_hba.conf" <<'HBA'
local   all          postgres                peer
host    replication  replicator  127.0.0.0/8 scram-sha-256
host    all          postgres    127.0.0.0/8 reject
host    all          all         127.0.0.0/8 scram-sha-256
HBA
}

pg_fill() {
  pg_sql primary "
    create role replicator login replication password '$(secret pg.replicator)';
    create role upkeep login password '$(secret pg.upkeep)';
    create role upkeep_bare login password '$(secret pg.upkeep_bare)';
    create role upkeep_write login password '$(secret pg.upkeep_write)';
    create role app login password '$(secret pg.app)';
    grant pg_monitor to upkeep;
    grant pg_signal_backend, pg_read_all_stats to upkeep_write;
    create extension pg_stat_statements;
    create extension pgstattuple;"
  pg_sql primary 'create database app owner app'
  pg_sql primary 'create extension pg_stat_statements; create extension pgstattuple' app
  pg_sql primary "
    set role app;
    create table customers (id int primary key, name text not null, email text);
    create table orders (id int primary key, customer_id int not null references customers,
      amount numeric(10,2) not null, state text not null, created_at timestamptz not null);
    create index orders_created on orders (created_at);
    create table events (id bigint generated always as identity primary key, body text);
    insert into customers select n, 'customer ' || n, 'c' || n || '@example.test'
      from generate_series(1, 1000) n;
    insert into orders select n, 1 + n % 1000, n % 500, case when n % 7 = 0 then 'open'
      else 'paid' end, timestamptz '2026-01-01' + n * interval '1 minute'
      from generate_series(1, 20000) n;
    insert into events (body) select repeat('x', 100) from generate_series(1, 10000);
    update events set body = repeat('y', 100) where id % 3 = 0;
    delete from events where id % 10 = 0;
    analyze customers; analyze orders; analyze events;" app
  # The standby's role exists on the primary too; a first segment proves the archive command.
  pg_sql primary 'select pg_switch_wal()'
  local role
  (
    umask 077
    for role in replicator upkeep upkeep_bare upkeep_write app; do
      printf '*:*:*:%s:%s\n' "$role" "$(secret "pg.$role")"
    done >"$state/secrets/pgpass"
  )
  wait_for pg-primary 10 pg_archived
  : >"$state/pg-primary/ready"
}

pg_archived() {
  [[ "$(pg_sql primary 'select archived_count > 0 from pg_stat_archiver')" == t ]]
}

pg_create_standby() {
  local dir="$state/pg-standby" pass="$state/pg-standby/pgpass"
  rm -rf "$dir"
  pg_folder standby
  install -o postgres -g postgres -m 600 "$state/secrets/pgpass" "$pass"
  pg_sql primary "select pg_drop_replication_slot(slot_name) from pg_replication_slots
    where slot_name = 'standby1' and not active"
  (cd "$dir" && as_postgres "$pg_bin/pg_basebackup" -D "$dir/data" -R -X stream -C -S standby1 \
    -c fast -N -d "host=$(address postgres-primary) port=5432 user=replicator passfile=$pass
    application_name=standby1 sslmode=verify-full sslrootcert=$(pg_ca)")
  pg_configure "$dir" "$(address postgres-standby)"
  : >"$dir/ready"
}

# A copy of the CA beside the standby, which as postgres may read nothing of the pki folder's keys.
pg_ca() {
  install -o postgres -g postgres -m 644 "$pki/ca.crt" "$state/pg-standby/ca.crt"
  printf '%s\n' "$state/pg-standby/ca.crt"
}

# A postmaster that had to be killed leaves its small System V segment; its lock file names it.
postgres_release_memory() {
  local file id
  for file in "$state"/pg-*/data/postmaster.pid; do
    [[ -e "$file" ]] || continue
    read -r _ id < <(sed -n 7p "$file") || continue
    [[ -z "$id" ]] || ipcrm -m "$id" 2>/dev/null || true
  done
}
