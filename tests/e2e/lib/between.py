# SPDX-License-Identifier: Apache-2.0
"""Stands between upkeep and a real server, and breaks what the server answers at a known byte.

    between.py --to HOST:PORT --port-file FILE [--count FILE] [--hold SECONDS]
        [--after BYTES --then cut|freeze|COMMAND...]

Listens on 127.0.0.1, on a free port that it writes to FILE, and passes everything on. --count keeps
the number of bytes that the server has sent so far, over all connections, in a file; --hold keeps
each piece of an answer back for so long. Once BYTES have passed:
  cut      every connection ends there, in the middle of whatever was being sent, and each new one
           after as many bytes as the first was given
  freeze   the connections stay open, and not one byte more comes through
  COMMAND  runs once, to its end; what was under way is lost, as when a machine dies, and new
           connections meet what is left of the server
"""
import argparse
import asyncio
import pathlib
import sys


class Between:
    def __init__(self, options):
        self.host, port = options.to.rsplit(":", 1)
        self.port = int(port)
        self.options = options
        self.passed = 0
        self.done = self.gone = False
        self.lock = asyncio.Lock()

    def count(self, size):
        self.passed += size
        if self.options.count:
            pathlib.Path(self.options.count).write_text(str(self.passed))

    async def upwards(self, reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()

    async def downwards(self, reader, writer):
        while data := await reader.read(4096):
            await asyncio.sleep(self.options.hold)
            if self.options.after is not None and self.passed + len(data) > self.options.after:
                rest = max(0, self.options.after - self.passed)
                writer.write(data[:rest])
                await writer.drain()
                self.count(rest)
                data = data[rest:]
                if self.options.then == ["cut"]:
                    return
                if self.options.then == ["freeze"]:
                    await asyncio.Event().wait()
                if not self.gone:
                    async with self.lock:
                        if not self.done:
                            self.done = True
                            process = await asyncio.create_subprocess_exec(*self.options.then, stdout=sys.stderr)
                            await process.wait()
                            self.gone = True
                    return
            self.count(len(data))
            writer.write(data)
            await writer.drain()

    async def serve(self, reader, writer):
        upstream = None
        try:
            up_reader, upstream = await asyncio.open_connection(self.host, self.port)
            tasks = [asyncio.ensure_future(self.upwards(reader, upstream)),
                     asyncio.ensure_future(self.downwards(up_reader, writer))]
            _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        except OSError:
            pass
        finally:
            for each in (upstream, writer):
                if each is not None:
                    each.close()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--to", required=True)
    parser.add_argument("--port-file", required=True)
    parser.add_argument("--count")
    parser.add_argument("--hold", type=float, default=0)
    parser.add_argument("--after", type=int)
    parser.add_argument("--then", nargs=argparse.REMAINDER, default=[])
    between = Between(parser.parse_args())
    server = await asyncio.start_server(between.serve, "127.0.0.1", 0)
    pathlib.Path(between.options.port_file).write_text(str(server.sockets[0].getsockname()[1]))
    async with server:
        await server.serve_forever()


asyncio.run(main())
