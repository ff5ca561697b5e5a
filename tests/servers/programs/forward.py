# SPDX-License-Identifier: Apache-2.0
"""Forwards TCP: each argument is LISTEN-IP:PORT=TO-IP:PORT. Bytes pass unread, TLS included."""

import asyncio
import sys


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


def forward_to(host, port):
    async def handle(reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection(host, port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
        far_writer.close()
        writer.close()
    return handle


async def main():
    for pair in sys.argv[1:]:
        here, there = pair.split("=")
        listen_host, listen_port = here.rsplit(":", 1)
        host, port = there.rsplit(":", 1)
        await asyncio.start_server(forward_to(host, int(port)), listen_host, int(listen_port))
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
