# SPDX-License-Identifier: Apache-2.0
"""Holds an instance's slot of addresses, and ends the instance when its owner ends.

The slot is claimed by listening on 127.77.SLOT.1:7077, so that the kernel decides between
instances of different checkouts, state folders and chroots that share one network.
"""

import argparse
import os
import pathlib
import select
import socket
import subprocess

PORT = 7077


def occupied_slots():
    """Slots in which anything listens, also what a killed keeper left running."""
    slots = set()
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if fields[3] != "0A":
                continue
            octets = int(fields[1].split(":")[0], 16).to_bytes(4, "little")
            if octets[:2] == b"\x7f\x4d":
                slots.add(octets[2])
    return slots


def claim(slots):
    for slot in slots:
        listener = socket.socket()
        try:
            # No SO_REUSEADDR: the claim must be refused while somebody holds it.
            listener.bind((f"127.77.{slot}.1", PORT))
            listener.listen(1)
            return slot, listener
        except OSError:
            listener.close()
    return None, None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--slot-file", type=pathlib.Path, required=True)
    parser.add_argument("--owner", type=int, default=0)
    parser.add_argument("--down", required=True)
    parser.add_argument("--name", required=True)
    args = parser.parse_args()

    owner = None
    if args.owner:
        try:
            owner = os.pidfd_open(args.owner)
        except ProcessLookupError:
            raise SystemExit(f"the owner, process {args.owner}, has ended already") from None
    if args.slot_file.exists():  # The configurations name this slot: no other will do.
        candidates = [int(args.slot_file.read_text(encoding="ascii"))]
    else:
        taken = occupied_slots()
        candidates = [n for n in range(1, 255) if n not in taken]
    slot, listener = claim(candidates)
    if slot is None:
        raise SystemExit(f"no free slot among {candidates[:1]}..{candidates[-1:]}")
    args.slot_file.write_text(f"{slot}\n", encoding="ascii")
    args.slot_file.with_suffix(".claimed").touch()

    poll = select.poll()
    if owner is not None:
        poll.register(owner, select.POLLIN)
    poll.poll()  # For ever without an owner: a signal ends this process.
    # Ends this process too; the listener closes with it.
    subprocess.Popen([args.down, "--name", args.name, "down"], start_new_session=True,
                     cwd="/", stdin=subprocess.DEVNULL)
    select.poll().poll()
    listener.close()


main()
