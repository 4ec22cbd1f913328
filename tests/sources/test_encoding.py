"""Encodings: found from the bytes, and said."""

from __future__ import annotations

import pytest

from salescope.frames.errors import SourceError
from salescope.sources.encoding import decode

CHINESE = "客户编号,创建日期,来源\n一号,2025-01-07,网站\n二号,2025-01-08,展会\n"
WESTERN = "id,ville,société\n1,Orléans,Crème & Café\n2,Nîmes,Müller GmbH\n3,Größe,Señor Ñandú\n"
ENGLISH = "id,source\n1,web\n2,fair\n"


@pytest.mark.parametrize(
    ("text", "codec", "found"),
    [
        (ENGLISH, "ascii", "utf-8"),
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8-sig"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "utf-32", "utf-32"),
        (CHINESE, "utf-16-le", "utf-16-le"),
        (WESTERN, "utf-16-be", "utf-16-be"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "gbk", "gb18030"),
        (WESTERN, "cp1252", "cp1252"),
        (WESTERN, "latin-1", "cp1252"),
        ("id\n1 größer\n", "cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found_and_the_text_is_whole(text, codec, found):
    decoded = decode(text.encode(codec), source="x.csv")
    assert (decoded.text, decoded.encoding) == (text, found)


def test_an_assumption_is_said():
    assert "cp1252" in decode(WESTERN.encode("cp1252"), source="x.csv").note
    assert decode(CHINESE.encode(), source="x.csv").note == ""


def test_a_wrong_encoding_is_refused_with_its_position():
    with pytest.raises(SourceError, match="position 3 that are not ascii"):
        decode("id\né".encode(), source="x.csv", encoding="ascii")


def test_a_few_foreign_bytes_do_not_change_the_encoding():
    decoded = decode(CHINESE.encode() + "\xe9\n".encode("latin-1"), source="x.csv")
    assert decoded.encoding == "utf-8"
    assert decoded.has_foreign_bytes
