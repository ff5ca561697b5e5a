# SPDX-License-Identifier: Apache-2.0
# nginx: HTTP and HTTPS at one address, and one more address for each bad certificate.
# shellcheck shell=bash

nginx_start() {
  local dir="$state/nginx"
  if ! unit_alive nginx; then
    mkdir -p "$dir/html" "$dir/tmp"
    chown www-data:www-data "$dir/tmp"
    truncate -s 64M "$dir/html/big"
    nginx_serve_certificate nginx
    printf 'return 200 "{\\"status\\":\\"ok\\"}\\n";\n' >"$dir/health.conf"
    nginx_configuration >"$dir/nginx.conf"
    unit_start nginx "$dir" TERM nginx -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log" \
      -g 'daemon off;'
  fi
  wait_for nginx 10 nginx_answers
}

nginx_get() { # PATH [curl options]
  local path=$1
  shift
  curl -sS --noproxy "*" --max-time 5 --cacert "$pki/ca.crt" "$@" "https://$(address nginx)$path"
}

nginx_answers() { [[ "$(nginx_get /health -o /dev/null -w '%{http_code}')" == 200 ]]; }

# Which certificate the main address serves: the faults turn this link.
nginx_serve_certificate() {
  ln -sfn "$pki/$1.crt" "$state/nginx/live.crt"
  ln -sfn "$pki/$1.key" "$state/nginx/live.key"
}

nginx_reload() {
  kill -HUP "$(unit_pid nginx)"
}

# The end date that a client is shown at the main address, as openssl prints it.
nginx_served_end() {
  openssl s_client -connect "$(address nginx):443" </dev/null 2>/dev/null |
    openssl x509 -noout -enddate
}

nginx_certificate_server() { # ADDRESS-NAME CERTIFICATE
  cat <<CONF
  server {
    listen $(address "$1"):443 ssl;
    ssl_certificate $2.crt;
    ssl_certificate_key $2.key;
    location = /health { return 200 "{\"status\":\"ok\"}\n"; }
  }
CONF
}

nginx_configuration() {
  local dir="$state/nginx" bad
  cat <<CONF
user www-data;
worker_processes 2;
pid $dir/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  default_type application/json;
  client_body_temp_path $dir/tmp/body;
  proxy_temp_path $dir/tmp/proxy;
  fastcgi_temp_path $dir/tmp/fastcgi;
  uwsgi_temp_path $dir/tmp/uwsgi;
  scgi_temp_path $dir/tmp/scgi;
  keepalive_requests 100000;
  ssl_session_cache off;
  server {
    listen $(address nginx):80;
    listen $(address nginx):443 ssl;
    server_name nginx.upkeep.test;
    ssl_certificate $dir/live.crt;
    ssl_certificate_key $dir/live.key;
    location = /health { include $dir/health.conf; }
    location = /500 { return 500 "{\"status\":\"broken\"}\n"; }
    location = /429 { add_header Retry-After 1 always; return 429 "slow down\n"; }
    location = /redirect { return 302 /health; }
    location = /redirect-loop { return 302 /redirect-loop; }
    location = /status { stub_status; }
    location = /big { alias $dir/html/big; }
    location = /slow { proxy_pass http://$(address slow):80; }
    location = /never { proxy_pass http://$(address never):80; proxy_read_timeout 1d; }
    location = /cut { proxy_pass http://$(address cut):80; }
    location / { return 404 "{\"status\":\"no such path\"}\n"; }
  }
CONF
  for bad in nginx-expiring nginx-expired nginx-wrong-name nginx-self-signed; do
    nginx_certificate_server "$bad" "$pki/$bad"
  done
  printf '}\n'
}
