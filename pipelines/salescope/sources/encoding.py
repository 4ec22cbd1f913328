"""In which encoding a file is written: found from its bytes, deterministically, and always said."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from salescope.frames.errors import SourceError

__all__ = ["FOREIGN_BYTE", "DecodedText", "decode"]

FOREIGN_BYTE = re.compile("[\udc80-\udcff]")
"""A byte that is not of the encoding, as ``surrogateescape`` keeps it."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FOREIGN = (
    (b"PK\x03\x04", "is a ZIP archive, as every .xlsx is", "Give it its true ending, or export it as CSV"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel file (.xls)", "Save it as .xlsx or CSV"),
    (b"PAR1", "is a Parquet file", "Give it the ending .parquet"),
    (b"\x1f\x8b", "is a gzip archive", "Unpack it"),
    (b"%PDF", "is a PDF document", "Export the data as CSV"),
    (b"SQLite format 3\x00", "is a SQLite database", "Map it with 'url: sqlite:///…' and 'table:'"),
)
HIGH_BYTE = re.compile(rb"[\x80-\xff]")
COMMON_PAIR = re.compile(rb"[\xa1-\xa9\xb0-\xd7][\xa1-\xfe]")
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
SAMPLE = 1 << 16


@dataclass(frozen=True, slots=True)
class DecodedText:
    """Holds the text of a file and what it was written in.

    Parameters
    ----------
    text : str
        The text without its byte order mark. Bytes that are not of the encoding stand in it as lone surrogates.
    encoding : str
        The encoding.
    note : str
        A sentence where the encoding was assumed rather than known; else empty.
    """

    text: str
    encoding: str
    note: str = ""

    @property
    def has_foreign_bytes(self) -> bool:
        """Says whether some bytes are not of the encoding."""
        return FOREIGN_BYTE.search(self.text) is not None


def decode(raw: bytes, *, source: str, encoding: str | None = None) -> DecodedText:
    """Decodes a file: what is asked for, else a byte order mark, UTF-8, UTF-16, GB18030, and cp1252 as a last resort.

    Parameters
    ----------
    raw : bytes
        The whole file, so that the answer does not depend on a sample.
    source : str
        The name of the file, for messages.
    encoding : str, optional
        The encoding, where the settings say it.

    Returns
    -------
    DecodedText
        The text and its encoding.

    Raises
    ------
    SourceError
        If the file is empty, is not text, or is not written in the encoding asked for.

    Notes
    -----
    GB18030 decodes nearly everything, so that it decodes proves nothing. In Chinese texts most bytes above 127 are
    pairs of GB 2312's punctuation and commoner characters; in Western texts they stand alone or begin above those. A
    file that is UTF-8 except for a few bytes is read as UTF-8, and the rows with the foreign bytes are rejected.

    Examples
    --------
    >>> decode("Gewinn;größer".encode("cp1252"), source="leads.csv").encoding
    'cp1252'
    >>> decode("客户,北京".encode("gb18030"), source="leads.csv").encoding
    'gb18030'
    >>> decode(b"", source="leads.csv")
    Traceback (most recent call last):
        ...
    salescope.frames.workspace_errors.SourceError: Source 'leads.csv' is empty. Export it again with its header.
    """
    if not raw.strip(b"\x00\t\r\n \xff\xfe\xef\xbb\xbf"):
        raise SourceError(source, fault="is empty", remedy="Export it again with its header")
    for mark, fault, remedy in FOREIGN:
        if raw.startswith(mark):
            raise SourceError(source, fault=fault, remedy=remedy)
    if encoding is not None:
        return _decoded_as(raw, encoding, source=source)
    for mark, name in MARKS:
        if raw.startswith(mark):
            return _decoded_as(raw, name, source=source)
    return _guessed(raw, source=source)


def _decoded_as(raw: bytes, encoding: str, *, source: str) -> DecodedText:
    try:
        return DecodedText(raw.decode(encoding).removeprefix("\ufeff"), encoding)
    except UnicodeDecodeError as error:
        if codecs.lookup(encoding).name in {"utf-8", "utf-8-sig"}:
            return _mostly_utf8(raw)
        fault = f"has bytes at position {error.start} that are not {encoding}"
        raise SourceError(source, fault=fault, remedy="Set its 'encoding' in salescope.yaml") from None


def _guessed(raw: bytes, *, source: str) -> DecodedText:
    if b"\x00" in raw[:SAMPLE] and (wide := _utf16_name(raw)) is not None:
        return DecodedText(raw.decode(wide), wide, "It has no byte order mark; UTF-16 was found from its zero bytes.")
    sample = raw[:SAMPLE]
    if len(CONTROL.findall(sample)) + sample.count(b"\x00") > len(sample) // 20:
        raise SourceError(source, fault="is not text", remedy="Export it as CSV, .xlsx or Parquet")
    try:
        return DecodedText(raw.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    mixed = _mostly_utf8(raw)
    if _is_mostly_utf8(mixed.text):
        return mixed
    if _comes_in_pairs(raw):
        return DecodedText(raw.decode("gb18030"), "gb18030", "It is not UTF-8; its bytes are those of GB18030.")
    return _western(raw, source=source)


def _western(raw: bytes, *, source: str) -> DecodedText:
    note = "It is not UTF-8; Western (cp1252) was assumed. Set 'encoding' in salescope.yaml if letters look wrong."
    try:
        return DecodedText(raw.decode("cp1252"), "cp1252", note)
    except UnicodeDecodeError as error:
        fault = f"is in none of UTF-8, UTF-16, GB18030 and cp1252 (position {error.start})"
        raise SourceError(source, fault=fault, remedy="Set its 'encoding' in salescope.yaml") from None


def _mostly_utf8(raw: bytes) -> DecodedText:
    note = "Some bytes are not UTF-8; the rows with them are rejected."
    return DecodedText(raw.decode("utf-8", "surrogateescape").removeprefix("\ufeff"), "utf-8", note)


def _is_mostly_utf8(text: str) -> bool:
    foreign = len(FOREIGN_BYTE.findall(text))
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return beyond_ascii - foreign > foreign


def _comes_in_pairs(raw: bytes) -> bool:
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return 2 * len(COMMON_PAIR.findall(raw)) >= 0.6 * len(HIGH_BYTE.findall(raw))


def _utf16_name(raw: bytes) -> str | None:
    """Tells UTF-16 without a byte order mark by the place of the zero bytes of its separators and line ends."""
    counts = {"utf-16-le": 0, "utf-16-be": 0}
    for letter in b'\n,;\t|"0123456789 ':
        counts["utf-16-le"] += raw[:SAMPLE].count(bytes([letter, 0]))
        counts["utf-16-be"] += raw[:SAMPLE].count(bytes([0, letter]))
    name = max(counts, key=lambda name: counts[name])
    zeros = raw[:SAMPLE].count(0)
    if len(raw) % 2 or zeros < len(raw[:SAMPLE]) // 20:
        return None
    try:
        raw.decode(name)
    except UnicodeDecodeError:
        return None
    return name
