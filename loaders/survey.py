"""One pass over a file's bytes: its hash, a copy of it in the ledger, what kind it is, how its text is built."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from loaders.errors import LoadError

CHUNK = 1 << 21
MAGIC = {b"PK\x03\x04": "xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "xls", b"PAR1": "parquet"}
UNCLEAR_QUOTES = tuple(a + b for a in (b",", b";", b"\t", b"|", b"\n", b"\r") for b in (b' "',)) + tuple(
    b'" ' + b for b in (b",", b";", b"\t", b"|", b"\n", b"\r")
)


@dataclass
class TextFacts:
    """Line ends and quotes of UTF-8 text, counted as it passes by."""

    lf: int = 0
    cr: int = 0
    crlf: int = 0
    unclear_quotes: bool = False
    tail: bytes = b""

    def feed(self, chunk: bytes) -> None:
        self.lf += _count(chunk, b"\n")
        if b"\r" in chunk or self.tail.endswith(b"\r"):
            self.cr += _count(chunk, b"\r")
            self.crlf += chunk.count(b"\r\n") + (self.tail.endswith(b"\r") and chunk.startswith(b"\n"))
        if not self.unclear_quotes and (b'"' in chunk or b'"' in self.tail[-2:]):
            joined = self.tail[-2:] + chunk
            if b' "' in joined or b'" ' in joined:
                self.unclear_quotes = any(pattern in joined for pattern in UNCLEAR_QUOTES)
        self.tail = (self.tail + chunk)[-4096:] if len(chunk) < 4096 else chunk[-4096:]

    @property
    def line_end(self) -> str:
        return "\n" if self.lf else "\r"

    @property
    def plain(self) -> bool:
        """Every line ends alike and no quote stands beside a blank, so that all readers agree."""
        return not self.unclear_quotes and (self.cr == 0 or (self.cr == self.crlf == self.lf) or self.lf == 0)

    @property
    def lines(self) -> int:
        """Lines up to the last one that holds something."""
        body = self.tail.rstrip(b"\r\n")
        ends = self.tail[len(body) :].count(self.line_end.encode())
        return (self.lf or self.cr) - ends + 1


def _count(chunk: bytes, byte: bytes) -> int:
    """How often a byte occurs; three times as fast as bytes.count."""
    return int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == byte[0]))


@dataclass
class Survey:
    """What one pass over the bytes tells. `copy` is the untouched copy in the staging folder."""

    sha256: str
    size: int
    kind: str
    copy: Path
    head: bytes
    is_utf8: bool
    has_nul: bool
    text: TextFacts = field(default_factory=TextFacts)


def survey(file: Path, folder: Path, progress: Callable[[float], None] = lambda share: None) -> Survey:
    """Copy `file` into `folder` as data.<kind> and survey it. LoadError when it is empty or cannot be read."""
    try:
        total = file.stat().st_size
        with file.open("rb") as source:
            head = source.read(1 << 16)
            if not head:
                raise LoadError(file.name, "is empty: there is not even a header; export it again")
            kind = next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), "csv")
            return _pass(source, head, kind, folder / f"data.{kind}", lambda done: progress(done / total))
    except OSError as error:
        raise LoadError(file.name, f"cannot be read: {error.strerror}") from error


def _pass(source, head: bytes, kind: str, copy: Path, progress: Callable[[int], None]) -> Survey:
    digest, decoder, facts = hashlib.sha256(), _Utf8(), TextFacts()
    size, has_nul, chunk = 0, False, head
    with copy.open("wb") as target:
        while chunk:
            digest.update(chunk)
            target.write(chunk)
            size += len(chunk)
            if kind == "csv":
                has_nul = has_nul or b"\0" in chunk
                decoder.feed(chunk)
                facts.feed(chunk)
            progress(size)
            chunk = source.read(CHUNK)
    return Survey(digest.hexdigest(), size, kind, copy, head, decoder.finish(), has_nul, facts)


class _Utf8:
    """Whether bytes fed in pieces are UTF-8; stops looking at the first that are not."""

    def __init__(self) -> None:
        self.rest, self.valid = b"", True

    def feed(self, chunk: bytes) -> None:
        if not self.valid or not self.rest and chunk.isascii():
            return
        joined = self.rest + chunk
        self.rest = b""
        try:
            joined.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.start >= len(joined) - 3 and error.reason == "unexpected end of data":
                self.rest = joined[error.start :]
            else:
                self.valid = False

    def finish(self) -> bool:
        return self.valid and not self.rest
