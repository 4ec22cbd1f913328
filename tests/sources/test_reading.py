"""Reading a table: names, orders, attributes, and what the section of leads asks for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from salescope.frames.errors import MissingColumnError, SettingsError, UnknownNameError
from salescope.project import load_workspace
from salescope.sources import CheckedTable, check_workspace, content_digest, read_table, report_rows

HEADER = "id;angelegt;kanal;ergebnis;betrag;plz;alter\n"
ROWS = "1;07.01.2025;web;ja;1.200,50;02134;40\n2;09.01.2025;messe;nein;;10001;n.a.\n3;31.01.2025;web;;5;60601;12\n"
COLUMNS = "{lead_id: id, created_at: angelegt, source: kanal, amount: betrag}"
LEADS = "leads:\n  outcome: {column: ergebnis, won: [ja], lost: [nein]}\n"


def read(folder: Path, *, columns: str = COLUMNS, leads: str = LEADS, text: str = HEADER + ROWS) -> CheckedTable:
    (folder / "leads.csv").write_text(text, encoding="utf-8")
    settings = f"tables:\n  leads: {{path: leads.csv, columns: {columns}}}\n{leads}"
    (folder / "salescope.yaml").write_text(settings, encoding="utf-8")
    return read_table(load_workspace(folder, environment={}), "leads")


def test_a_german_export_is_understood(tmp_path):
    leads = read(tmp_path)
    assert leads.frame["amount"].tolist()[0::2] == [1200.5, 5.0]
    assert leads.frame["created_at"].dt.day.tolist() == [7, 9, 31]
    assert leads.frame["outcome"].tolist() == ["won", "lost", "open"]
    assert leads.frame["plz"].tolist() == ["02134", "10001", "60601"]
    assert leads.found.separator == ";"
    facts = {column.name: column for column in leads.found.columns}
    assert facts["created_at"].style == "DD.MM.YYYY, naive local"
    assert facts["created_at"].high == "2025-01-31"
    assert facts["amount"].missing == pytest.approx(1 / 3, abs=1e-6)


def test_the_number_of_the_row_stands_in_for_an_identifier(tmp_path):
    leads = read(tmp_path, columns="{lead_id: row_number, created_at: angelegt}")
    assert leads.frame["lead_id"].tolist() == ["2", "3", "4"]
    assert "id" in leads.frame


def test_an_excluded_column_is_not_in_the_frame(tmp_path):
    leads = read(tmp_path, leads=LEADS + "  exclude: [PLZ]\n  exclude_if_present: [absent, alter]\n")
    assert not {"plz", "alter"} & set(leads.frame.columns)
    assert {column.source for column in leads.found.columns if column.role == "excluded"} == {"plz", "alter"}


def test_a_column_that_orders_leads_stays_though_excluded(tmp_path):
    leads = read(tmp_path, leads=LEADS + "  order_by: plz\n  exclude: [plz]\n")
    assert "plz" in leads.frame


@pytest.mark.parametrize("key", ["exclude: [plzz]", "allow: [plzz]", "order_by: plzz", "period: plzz"])
def test_a_misspelt_column_names_its_key_and_the_nearest(tmp_path, key):
    with pytest.raises(UnknownNameError, match=f"leads.{key.partition(':')[0]}.*did you mean 'plz'"):
        read(tmp_path, leads=f"{LEADS}  {key}\n")


def test_a_misspelt_column_with_a_date_format_is_answered_with_the_nearest(tmp_path):
    with pytest.raises(UnknownNameError, match=r"'creatd_at' in leads\.csv, for dates: did you mean 'created_at'"):
        read(tmp_path, columns=COLUMNS + ", dates: {creatd_at: day_first}")


def test_a_format_of_ones_own_is_followed(tmp_path):
    text = (HEADER + ROWS).replace("07.01.2025", "2025-01-07").replace("09.01.2025", "2025/09/01")
    leads = read(tmp_path, text=text, columns=COLUMNS + ", dates: {created_at: '%Y/%d/%m'}")
    assert leads.frame["created_at"].tolist() == [pd.Timestamp("2025-01-09")]
    assert set(leads.rejected["row"]) == {2, 4}


def test_a_misspelt_source_column_is_answered_with_the_nearest(tmp_path):
    with pytest.raises(UnknownNameError, match=r"'kanall' in leads\.csv: did you mean 'kanal'"):
        read(tmp_path, columns="{lead_id: id, created_at: angelegt, source: kanall}")


def test_a_required_column_must_be_mapped(tmp_path):
    with pytest.raises(MissingColumnError, match="Missing column 'lead_id'"):
        read(tmp_path, columns="{created_at: angelegt}", text=HEADER.replace("id;", "nr;", 1) + ROWS)


def test_an_order_without_its_column_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="map one or write row_order"):
        read(tmp_path, columns="{lead_id: id}")


def test_an_attribute_never_hides_one_of_our_columns(tmp_path):
    leads = read(
        tmp_path,
        text=(HEADER + ROWS).replace("alter", "region", 1),
        columns="{lead_id: id, created_at: angelegt, region: kanal}",
    )
    assert leads.frame["region"].tolist() == ["web", "messe", "web"]
    assert leads.frame["region_attribute"].isna().tolist() == [False, False, False]


def test_a_column_that_is_nearly_numbers_says_why_it_is_text(tmp_path):
    text = (
        HEADER + "".join(f"{row};07.01.2025;web;ja;1;1;{row}\n" for row in range(20)) + "x;07.01.2025;web;ja;1;1;many\n"
    )
    leads = read(tmp_path, text=text)
    assert str(leads.frame["alter"].dtype) == "str"
    assert any("'many' is no number" in note for note in leads.found.notes)


def test_an_ambiguous_date_is_stated_and_the_settings_settle_it(tmp_path):
    text = HEADER + "1;03/04/2025;web;ja;1;1;1\n2;05/06/2025;web;nein;1;1;1\n"
    leads = read(tmp_path, text=text)
    assert leads.frame["created_at"].iloc[0] == pd.Timestamp("2025-03-04")
    assert any("could be day or month first" in note for note in leads.found.notes)
    settled = read(tmp_path, text=text, columns=COLUMNS + ", dates: {created_at: day_first}")
    assert settled.frame["created_at"].iloc[0] == pd.Timestamp("2025-04-03")
    assert not any("month first" in note for note in settled.found.notes)


def test_the_report_has_a_row_for_every_table_and_column(tmp_path):
    read(tmp_path)
    rows = report_rows(check_workspace(load_workspace(tmp_path, environment={})))
    assert rows[0]["found"] == "3 rows = 3 accepted + 0 quarantined; utf-8, semicolon"
    assert [row["from"] for row in rows[1:]] == ["id", "angelegt", "kanal", "betrag", "plz", "alter", "ergebnis"]


def test_a_table_that_is_not_mapped_is_answered_with_those_that_are(tmp_path):
    read(tmp_path)
    with pytest.raises(UnknownNameError, match="did you mean 'leads'"):
        read_table(load_workspace(tmp_path, environment={}), "lead")


def test_the_digest_changes_with_a_value_a_row_and_their_order_only(tmp_path):
    frame = read(tmp_path).frame
    digest = content_digest({"leads": frame})
    assert content_digest({"leads": frame[list(reversed(frame.columns))]}) == digest
    assert content_digest({"leads": frame.astype({"source": object})}) == digest
    assert content_digest({"leads": frame.iloc[::-1].reset_index(drop=True)}) != digest
    assert content_digest({"leads": frame.iloc[:2]}) != digest
    assert content_digest({"leads": frame.assign(amount=frame["amount"].fillna(0.0))}) != digest
    assert content_digest({"lead": frame}) != digest
