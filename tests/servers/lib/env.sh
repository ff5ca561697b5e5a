# SPDX-License-Identifier: Apache-2.0
# What a test needs to know of an instance, as KEY=VALUE lines. Passwords appear as files only.
# shellcheck shell=bash

# Every value is quoted; none can hold a quote (the state folder's path is checked for it).
env_line() { printf "UPKEEP_TEST_%s='%s'\n" "$1" "$2"; }

instance_env() {
  local server
  env_line INSTANCE "$name"
  env_line SLOT "$(<"$state/slot")"
  env_line FOLDER "$state"
  env_line CA_FILE "$pki/ca.crt"
  while IFS= read -r server; do
    "env_${server//-/_}"
  done <"$state/wanted"
}

env_postgres() {
  local who role tls="sslmode=verify-full sslrootcert=$pki/ca.crt"
  for who in primary standby; do
    env_line "PG_${who^^}_HOST" "$(address "postgres-$who")"
    env_line "PG_${who^^}_DSN" \
      "host=$(address "postgres-$who") port=5432 dbname=app user=upkeep $tls"
  done
  env_line PG_PORT 5432
  env_line PG_DATABASE app
  env_line PG_MAX_CONNECTIONS "$pg_max_connections"
  env_line PG_SLOT standby1
  env_line PG_PASSFILE "$state/secrets/pgpass"
  for role in upkeep upkeep_bare upkeep_write app; do
    env_line "PG_${role^^}_PASSWORD_FILE" "$(secret_file "pg.$role")"
  done
}

env_redis() {
  local user
  env_line REDIS_PRIMARY_HOST "$(address redis-primary)"
  env_line REDIS_REPLICA_HOST "$(address redis-replica)"
  env_line REDIS_PORT 6379
  env_line REDIS_SENTINELS \
    "$(address sentinel-1):26379,$(address sentinel-2):26379,$(address sentinel-3):26379"
  env_line REDIS_SENTINEL_NAME upkeep-test
  for user in upkeep noinfo app admin; do
    env_line "REDIS_${user^^}_PASSWORD_FILE" "$(secret_file "redis.$user")"
  done
}

env_redis_tls() {
  env_line REDIS_TLS_HOST "$(address redis-tls)"
  env_line REDIS_TLS_PORT 6379
  env_line REDIS_TLS_UPKEEP_PASSWORD_FILE "$(secret_file redis.upkeep)"
}

env_mariadb() {
  local user
  env_line MARIADB_PRIMARY_HOST "$(address mariadb-primary)"
  env_line MARIADB_REPLICA_HOST "$(address mariadb-replica)"
  env_line MARIADB_PORT 3306
  env_line MARIADB_DATABASE app
  for user in upkeep upkeep_bare app; do
    env_line "MARIADB_${user^^}_PASSWORD_FILE" "$(secret_file "mariadb.$user")"
  done
}

env_nginx() {
  local bad key
  env_line HTTP_URL "http://$(address nginx)"
  env_line HTTPS_URL "https://$(address nginx)"
  env_line HTTPS_HOST "$(address nginx)"
  env_line HTTPS_NAME nginx.upkeep.test
  for bad in expiring expired wrong-name self-signed; do
    key=${bad//-/_}
    env_line "HTTPS_${key^^}_HOST" "$(address "nginx-$bad")"
  done
}

env_minio() {
  env_line S3_URL "https://$(address minio):9000"
  env_line S3_REGION us-east-1
  env_line S3_BUCKET upkeep-reports
  env_line S3_ACCESS_KEY_FILE "$(secret_file minio.user)"
  env_line S3_SECRET_KEY_FILE "$(secret_file minio.password)"
}

env_webhook() {
  env_line WEBHOOK_URL "https://$(address webhook)/hook"
  env_line WEBHOOK_PLAIN_URL "http://$(address webhook)/hook"
  env_line WEBHOOK_CONTROL_URL "http://$(address webhook)/control"
  env_line WEBHOOK_FOLDER "$state/webhook"
}

env_smtp() {
  env_line SMTP_HOST "$(address smtp)"
  env_line SMTP_STARTTLS_PORT 587
  env_line SMTP_TLS_PORT 465
  env_line SMTP_PLAIN_PORT 25
  env_line SMTP_USER upkeep
  env_line SMTP_PASSWORD_FILE "$(secret_file smtp.upkeep)"
  env_line MAIL_FOLDER "$state/mail"
}

env_broken() {
  env_line NEVER_HOST "$(address never)"
  env_line CUT_HOST "$(address cut)"
  env_line REFUSED_HOST "$(address refused)"
  env_line SLOW_URL "http://$(address slow)/slow"
}
