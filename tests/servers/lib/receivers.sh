# SPDX-License-Identifier: Apache-2.0
# What upkeep delivers to (webhook, SMTP), and servers that misbehave on purpose (broken).
# shellcheck shell=bash

webhook_start() {
  mkdir -p "$state/webhook"
  unit_alive webhook || unit_start webhook "$state/webhook" TERM \
    /usr/bin/python3 "$here/programs/webhook.py" --folder "$state/webhook" \
    --address "$(address webhook)" --certificate "$pki/webhook.crt" --key "$pki/webhook.key"
  wait_for webhook 10 webhook_control
}

# webhook_control [JSON]: sets the next answers, or prints what is set.
webhook_control() {
  curl -sS --fail-with-body --noproxy "*" --max-time 5 --cacert "$pki/ca.crt" ${1:+--data "$1"} \
    "https://$(address webhook)/control"
}

smtp_start() {
  mkdir -p "$state/mail"
  unit_alive smtp || unit_start smtp "$state/mail" TERM \
    /usr/bin/python3 "$here/programs/smtp.py" --folder "$state/mail" \
    --address "$(address smtp)" --certificate "$pki/smtp.crt" --key "$pki/smtp.key" \
    --user upkeep --password-file "$(secret_file smtp.upkeep)"
  wait_for smtp 10 grep -q '^ready' "$state/log/smtp.log"
}

broken_start() {
  unit_alive broken || unit_start broken "$state" TERM \
    /usr/bin/python3 "$here/programs/broken.py" --never "$(address never)" \
    --cut "$(address cut)" --slow "$(address slow)"
  wait_for broken 10 grep -q '^ready' "$state/log/broken.log"
}
