# SPDX-License-Identifier: Apache-2.0
"""An SMTP sink on aiosmtpd that keeps each mail as NNNN.eml (bytes) and NNNN.json (envelope).

Ports: 25 takes mail from anybody and offers STARTTLS; 587 demands STARTTLS and AUTH; 465 is TLS
from the first byte and demands AUTH. Recipients starting with reject@ get 550, with later@ 451.
"""

import argparse
import hmac
import json
import pathlib
import ssl
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class Sink:
    def __init__(self, folder):
        self.folder = folder
        self.lock = threading.Lock()
        self.count = len(list(folder.glob("*.json")))

    async def handle_RCPT(self, server, session, envelope, address, options):
        del server, session, options
        if address.startswith("reject@"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later@"):
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        del server
        with self.lock:
            self.count += 1
            stem = self.folder / f"{self.count:04d}"
        stem.with_suffix(".eml").write_bytes(envelope.content)
        implicit = session.ssl is None and session.peer is None
        record = {"from": envelope.mail_from, "to": envelope.rcpt_tos,
                  "tls": session.ssl is not None or implicit,
                  "user": getattr(session, "login_name", None)}
        part = stem.with_suffix(".part")
        part.write_text(json.dumps(record, indent=1), encoding="utf-8")
        part.rename(stem.with_suffix(".json"))
        return "250 OK: kept"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--address", required=True)
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password-file", type=pathlib.Path, required=True)
    args = parser.parse_args()
    password = args.password_file.read_bytes()

    def authenticate(server, session, envelope, mechanism, data):
        del server, envelope, mechanism
        good = (isinstance(data, LoginPassword) and data.login == args.user.encode()
                and hmac.compare_digest(data.password, password))
        if good:
            session.login_name = args.user
        # handled=False lets aiosmtpd send the 535 of a wrong password.
        return AuthResult(success=good, handled=False)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(args.certificate, args.key)
    sink = Sink(args.folder)
    common = {"hostname": args.address, "authenticator": authenticate,
              "server_hostname": "smtp.upkeep.test"}
    controllers = [
        Controller(sink, port=25, tls_context=context, **common),
        Controller(sink, port=587, tls_context=context, require_starttls=True,
                   auth_required=True, **common),
        # aiosmtpd counts only STARTTLS as TLS; here the socket itself is encrypted.
        Controller(sink, port=465, ssl_context=context, auth_required=True,
                   auth_require_tls=False, **common),
    ]
    for controller in controllers:
        controller.start()
    print("ready", flush=True)
    threading.Event().wait()


main()
