# SPDX-License-Identifier: Apache-2.0
"""Receives webhooks over HTTP (80) and HTTPS (443) and keeps each request as two files.

NNNN.body holds the bytes, NNNN.json what came with them and how it was answered; the .json is
written last, so a reader that sees it sees the whole. POST /control with
{"status": 500, "times": 3, "delay": 0.5, "retry_after": 2} sets the next answers: "times" counts
down to 200 again (-1: for good), "delay" is seconds. GET /control prints what is set.
"""

import argparse
import http.server
import json
import pathlib
import ssl
import threading
import time

LIMIT = 64 * 1024 * 1024


class Receiver:
    def __init__(self, folder):
        self.folder = folder
        self.lock = threading.Lock()
        self.count = len(list(folder.glob("*.json")))
        self.plan = self.default_plan()

    @staticmethod
    def default_plan():
        return {"status": 200, "times": 0, "delay": 0.0, "retry_after": None}

    def set_plan(self, wanted):
        plan = self.default_plan()
        for key, value in wanted.items():
            if key not in plan:
                raise ValueError(f"unknown key {key!r}; known: {', '.join(plan)}")
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ValueError(f"{key} takes a number")
            plan[key] = value
        if plan["status"] != 200 and "times" not in wanted:
            plan["times"] = 1
        with self.lock:
            self.plan = plan

    def next_answer(self):
        with self.lock:
            self.count += 1
            plan = dict(self.plan)
            if plan["times"] == 0:
                plan["status"], plan["retry_after"] = 200, None
            elif plan["times"] > 0:
                self.plan["times"] -= 1
            return self.count, plan


def handler_for(receiver):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def answer(self, status, body, headers=()):
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def read_chunked(self):
            """Returns the whole body, or None when it grows past the limit."""
            body = bytearray()
            while size := int(self.rfile.readline(64).split(b";")[0], 16):
                if len(body) + size > LIMIT:
                    return None
                body += self.rfile.read(size)
                self.rfile.readline(8)
            while self.rfile.readline(8192).strip():  # Trailers end with an empty line.
                pass
            return bytes(body)

        def read_body(self):
            if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
                return self.read_chunked()
            length = int(self.headers.get("Content-Length", 0))
            return None if length > LIMIT else self.rfile.read(length)

        def control(self, body):
            try:
                if self.command == "POST":
                    receiver.set_plan(json.loads(body))
            except (ValueError, AttributeError) as error:
                self.answer(400, json.dumps({"error": str(error)}).encode())
                return
            with receiver.lock:
                self.answer(200, json.dumps(receiver.plan).encode())

        def receive(self):
            try:
                body = self.read_body()
            except ValueError:
                body = None
            if body is None:
                self.close_connection = True
                self.answer(413, b'{"error":"body too long or malformed"}')
                return
            if self.path == "/control":
                self.control(body)
                return
            number, plan = receiver.next_answer()
            stem = receiver.folder / f"{number:04d}"
            stem.with_suffix(".body").write_bytes(body)
            record = {"method": self.command, "path": self.path,
                      "tls": isinstance(self.connection, ssl.SSLSocket),
                      "headers": {k.lower(): v for k, v in self.headers.items()},
                      "received_at": time.time(), "answered": plan["status"],
                      "delay": plan["delay"]}
            part = stem.with_suffix(".part")
            part.write_text(json.dumps(record, indent=1), encoding="utf-8")
            part.rename(stem.with_suffix(".json"))
            time.sleep(plan["delay"])
            headers = ()
            if plan["retry_after"] is not None:
                headers = (("Retry-After", str(plan["retry_after"])),)
            self.answer(plan["status"], json.dumps({"number": number}).encode(), headers)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = receive

    return Handler


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256
    context = None

    def finish_request(self, request, client_address):
        # The handshake belongs to the connection's own thread: a silent client blocks no other.
        request.settimeout(60)
        try:
            if self.context is not None:
                request = self.context.wrap_socket(request, server_side=True)
            super().finish_request(request, client_address)
        except OSError as error:
            print(f"connection from {client_address}: {error}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--address", required=True)
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--key", required=True)
    args = parser.parse_args()
    handler = handler_for(Receiver(args.folder))
    plain = Server((args.address, 80), handler)
    secure = Server((args.address, 443), handler)
    secure.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    secure.context.load_cert_chain(args.certificate, args.key)
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    secure.serve_forever()


main()
