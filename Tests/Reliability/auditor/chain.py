"""I19: entries that are chained cannot be changed, left out or put in afterwards.

The canonical bytes are those of docs/decisions/0011-a-chain-over-entries.md, written here a second time.
"""

import hashlib
import struct

COLUMNS = ("id", "at", "epoch", "kind", "account", "book", "key", "hold", "available", "held", "revenue", "granted", "writeoff",
           "available_after", "held_after", "note", "previous", "request", "price", "input_fair_tokens", "engine", "attempts",
           "accepted", "output_tokens", "prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens", "source")


def canonical(value):
    if value is None:
        return b"\0"
    if isinstance(value, int):
        length = (value.bit_length() if value >= 0 else (~value).bit_length()) // 8 + 1 if value else 0
        return bytes([0x10 + length]) + value.to_bytes(length, "big", signed=True)
    text = value.encode()
    return (bytes([0x80 + len(text)]) if len(text) < 128 else b"\2" + struct.pack(">I", len(text))) + text


def check_chain(books, report):
    before, done = bytes(32), 0
    for number, link in enumerate(books.chain, 1):
        report.check("I19", link.batch == number and link.last_entry > done,
                     lambda: f"batch {link.batch} of the chain, up to entry {link.last_entry}, follows batch {number - 1} up to entry {done}")
        digest = hashlib.sha256(before)
        while done < min(link.last_entry, len(books.entries)):
            entry = books.entries[done]
            digest.update(b"".join(canonical(getattr(entry, column)) for column in COLUMNS))
            done += 1
        report.check("I19", digest.digest() == link.hash,
                     lambda: f"batch {link.batch} of the chain, up to entry {link.last_entry}, has another hash than its entries give")
        before = link.hash
    report.check("I19", done == len(books.entries), lambda: f"the chain ends with entry {done}, there are {len(books.entries)}")
