# SPDX-License-Identifier: Apache-2.0
"""Servers for error paths: never (accepts, reads, never answers), cut (closes in the middle of
an answer) and slow (HTTP that answers after /slow?seconds=N, 5 by default)."""

import argparse
import asyncio
import re
import resource

NEVER_PORTS = (25, 80, 443, 465, 587, 3306, 5432, 6379, 6443, 9000, 26379)


async def swallow(reader, writer):
    while await reader.read(65536):
        pass
    writer.close()


async def cut_http(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                 b"Content-Length: 1000\r\n\r\n{\"status\":\"o")


async def cut_tls(reader, writer):
    """The first bytes of a handshake record that promises 122."""
    await reader.read(5)
    writer.write(b"\x16\x03\x03\x00\x7a\x02\x00")


async def cut_postgres(reader, writer):
    """Refuses TLS when asked for it, then cuts its request for authentication."""
    head = await reader.readexactly(8)
    if head[4:] in (b"\x04\xd2\x16\x2f", b"\x04\xd2\x16\x30"):  # SSLRequest, GSSENCRequest
        writer.write(b"N")
        await writer.drain()
        head = await reader.readexactly(8)
    await reader.readexactly(int.from_bytes(head[:4], "big") - 8)
    writer.write(b"R\x00\x00\x00\x17\x00\x00\x00\x0aSCRAM")


async def cut_redis(reader, writer):
    """Lets clients in and answers PING; INFO is cut within its bulk string."""
    while data := await reader.read(65536):
        words = data.upper()
        if b"INFO" in words:
            writer.write(b"$4000\r\n# Server\r\nredis_version:7.0.15\r\nredis_gi")
            return
        writer.write(b"+PONG\r\n" if b"PING" in words else b"+OK\r\n")
        await writer.drain()


async def cut_mysql(reader, writer):
    del reader
    writer.write(b"\x6e\x00\x00\x00\x0a10.11.1")


async def cut_smtp(reader, writer):
    del reader
    writer.write(b"220 mail.upkee")


async def slow_http(reader, writer):
    head = await reader.readuntil(b"\r\n\r\n")
    wanted = re.match(rb"\S+ \S*[?&]seconds=(\d+(?:\.\d+)?)", head)
    await asyncio.sleep(float(wanted[1]) if wanted else 5.0)
    body = b'{"status":"ok","late":true}\n'
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                 b"Content-Length: %d\r\n\r\n%s" % (len(body), body))


def closing(handle):
    async def run(reader, writer):
        try:
            await handle(reader, writer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
    return run


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--never", required=True)
    parser.add_argument("--cut", required=True)
    parser.add_argument("--slow", required=True)
    args = parser.parse_args()
    # Clients under test may leave many connections hanging here.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for port in NEVER_PORTS:
        await asyncio.start_server(closing(swallow), args.never, port, backlog=1024)
    for port, handle in ((25, cut_smtp), (80, cut_http), (443, cut_tls), (3306, cut_mysql),
                         (5432, cut_postgres), (6379, cut_redis)):
        await asyncio.start_server(closing(handle), args.cut, port, backlog=1024)
    await asyncio.start_server(closing(slow_http), args.slow, 80, backlog=1024)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
