"""Ways to spoil a file, the same for the same seed."""

import io
import lzma
import random
import struct
import zipfile
import zlib
from contextlib import suppress

# What breaks parsers: limits, signs, brackets, other scripts, controls.
TOKENS = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"NaN",
    b"Infinity",
    b"-1",
    b"1e999",
    b"-1e308",
    b"99999999999999999999999999",
    b"0x10",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"[" * 300,
    b"{" * 300,
    b"- " * 300,
    b'"',
    b"'",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r\n",
    b"\xe5\xb1\x85",
    "１２３".encode(),
    b"\xed\xa0\x80",
    b"*a",
    b"&a",
    b"!!python/object/apply:os.system",
    b"<!ENTITY a SYSTEM 'file:///etc/passwd'>",
    b"&a;",
    b"2026-13-45",
    b"POINT EMPTY",
)


_NOT_UNPACKED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    EOFError, KeyError, OSError, RuntimeError, ValueError,
)  # fmt: skip


def spoil(content: bytes, rng: random.Random) -> bytes:
    """Spoil a file; of a packed one (xlsx, zip) usually what is inside."""
    if zipfile.is_zipfile(io.BytesIO(content)) and rng.random() < 0.8:
        # What is spoilt already may no longer unpack.
        with suppress(*_NOT_UNPACKED):
            return _spoil_packed(content, rng)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        content = rng.choice(_WAYS)(content, rng)
    return content


def _spoil_packed(content: bytes, rng: random.Random) -> bytes:
    """Spoil one member of an archive and pack it again."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = {one: packed.read(one) for one in packed.namelist()}
    if not members:
        message = "an archive of nothing"
        raise ValueError(message)
    name = rng.choice(sorted(members))
    if rng.random() < 0.05:
        del members[name]
    else:
        members[name] = spoil(members[name], rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for one, text in members.items():
            packed.writestr(one, text)
    return out.getvalue()


def _at(content: bytes, rng: random.Random) -> int:
    return rng.randrange(len(content) + 1)


def _flip(content: bytes, rng: random.Random) -> bytes:
    if not content:
        return content
    at = rng.randrange(len(content))
    return (
        content[:at]
        + bytes([content[at] ^ (1 << rng.randrange(8))])
        + content[at + 1 :]
    )


def _cut_off(content: bytes, rng: random.Random) -> bytes:
    return content[: _at(content, rng)]


def _leave_out(content: bytes, rng: random.Random) -> bytes:
    at = _at(content, rng)
    return content[:at] + content[at + rng.choice((1, 2, 8, 64, 512)) :]


def _put_in(content: bytes, rng: random.Random) -> bytes:
    at = _at(content, rng)
    return content[:at] + rng.choice(TOKENS) + content[at:]


def _say_twice(content: bytes, rng: random.Random) -> bytes:
    at, size = _at(content, rng), rng.choice((1, 8, 64, 512))
    return content[: at + size] + content[at : at + size] + content[at + size :]


def _swap_word(content: bytes, rng: random.Random) -> bytes:
    """Put a token in the place of a word between signs."""
    start = _at(content, rng)
    signs = b',;:"\n\t <>[]{}='
    while 0 < start < len(content) and content[start - 1] not in signs:
        start -= 1
    end = start
    while end < len(content) and content[end] not in signs:
        end += 1
    return content[:start] + rng.choice(TOKENS) + content[end:]


_WAYS = (
    _flip,
    _flip,
    _cut_off,
    _leave_out,
    _put_in,
    _say_twice,
    _swap_word,
    _swap_word,
)
