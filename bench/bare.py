"""The bare loop that everything is compared with: aiosmtplib, nothing else: `python -m bench.bare PORT LETTERS …`.

Each connection says MAIL, RCPT and DATA of the same letter again and again, under plain asyncio, without a database.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Iterator

from aiosmtplib import SMTP

SENDER = "b-bench@mail.example.jp"
RECIPIENT = "resident@example.com"


def letter(octets: int) -> bytes:
    """About so many octets, lines as in mail."""
    head = b"From: safety@mail.example.jp\r\nTo: resident@example.com\r\nSubject: bench\r\nMIME-Version: 1.0\r\n\r\n"
    line = b"x" * 70 + b"\r\n"
    return head + line * max(1, (octets - len(head)) // len(line))


async def talk(client: SMTP, turns: Iterator[int], content: bytes) -> None:
    """Until nobody has a letter left."""
    for _ in turns:
        await client.mail(SENDER)
        await client.rcpt(RECIPIENT)
        await client.data(content)


async def bare_loop(port: int, letters: int, *, connections: int, octets: int) -> float:
    """Seconds from the first MAIL to the last acceptance; connecting is not counted."""
    clients = [SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) for _ in range(connections)]
    for client in clients:
        await client.connect()
        await client.ehlo()
    content, turns = letter(octets), iter(range(letters))
    begun = time.perf_counter()
    await asyncio.gather(*(talk(client, turns, content) for client in clients))
    seconds = time.perf_counter() - begun
    for client in clients:
        await client.quit()
    return seconds


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("port", type=int)
    options.add_argument("letters", type=int)
    options.add_argument("connections", type=int)
    options.add_argument("octets", type=int)
    given = options.parse_args()
    taken = asyncio.run(bare_loop(given.port, given.letters, connections=given.connections, octets=given.octets))
    print(json.dumps({"seconds": taken, "cpu": time.process_time()}))
