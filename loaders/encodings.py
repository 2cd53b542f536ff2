"""Which encoding a text file is in, and a UTF-8 copy of it where it is in another."""

import codecs
from pathlib import Path

from loaders.errors import LoadError
from loaders.survey import CHUNK, Survey, TextFacts

BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
SINGLE_BYTE = ("latin_1", "cp1250", "cp1251", "cp850", "cp437", "mac_roman")


def encoding_of(file: str, found: Survey, stated: str | None = None) -> str:
    """The encoding of a surveyed text: by its BOM, as stated by the profile, UTF-8, UTF-16 by its NULs, else cp1252.

    Bytes that cp1252 leaves undefined are judged by charset-normalizer among the single-byte encodings.
    """
    for bom, encoding in BOMS.items():
        if found.head.startswith(bom):
            return encoding
    if stated:
        return stated
    if found.has_nul:
        return _utf16(file, found.head)
    if found.is_utf8:
        return "utf-8"
    return _single_byte(found.copy)


def _utf16(file: str, head: bytes) -> str:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > 0.4 * len(head) / 2 and min(even, odd) == 0:
        return "utf-16-le" if odd else "utf-16-be"
    raise LoadError(file, "holds NUL bytes: it is damaged or no text file; export it again as CSV, XLSX or Parquet")


def _single_byte(copy: Path) -> str:
    odd, sample = bytearray(), bytearray()
    with copy.open("rb") as source:
        while chunk := source.read(CHUNK):
            odd += chunk.translate(None, bytes(set(range(256)) - {0x81, 0x8D, 0x8F, 0x90, 0x9D}))
            if len(sample) < 1 << 18:
                sample += b"\n".join(line for line in chunk.split(b"\n") if not line.isascii())
    if not odd:
        return "cp1252"
    import charset_normalizer

    best = charset_normalizer.from_bytes(bytes(sample), cp_isolation=list(SINGLE_BYTE)).best()
    return best.encoding if best else "latin_1"


def as_utf8(file: str, found: Survey, encoding: str, folder: Path) -> tuple[Path, TextFacts]:
    """The text in UTF-8 with the facts about it: the copy itself where it is UTF-8, else transcoded piece by piece."""
    if encoding in ("utf-8", "utf-8-sig", "ascii") and found.is_utf8:
        return found.copy, found.text
    target, facts = folder / "text.csv", TextFacts()
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    with found.copy.open("rb") as source, target.open("wb") as sink:
        while True:
            chunk = source.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk).encode("utf-8")
            except UnicodeError as error:
                message = f"is not {encoding} (near byte {done:,}); state its encoding in the profile"
                raise LoadError(file, message) from error
            if b"\0" in text:
                raise LoadError(file, f"holds NUL characters when read as {encoding}: it is damaged; export it again")
            facts.feed(text)
            sink.write(text)
            done += len(chunk)
            if not chunk:
                return target, facts
