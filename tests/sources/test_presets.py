"""Presets: a small realistic export of each CRM, by label and by technical name, through its own mapping."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from salescope.project import init_workspace, load_workspace
from salescope.sources import CheckedTable, read_table

SALESFORCE_REPORT = """\
Lead ID,Created Date,Lead Owner,Lead Source,Lead Status,Converted,Converted Date,Industry,Annual Revenue,Last Modified
00Q1,1/15/2025,Ada Berg,Web,Closed - Converted,1,2/20/2025,Retail,"$1,200,000",2/20/2025
00Q2,1/17/2025,Ben Cole,Trade Show,Closed - Not Converted,0,,Banking,"$900,000",2/1/2025
00Q3,1/21/2025,Ada Berg,Web,Working - Contacted,0,,Retail,,1/22/2025
"""
SALESFORCE_API = """\
Id,CreatedDate,OwnerId,LeadSource,Status,IsConverted,ConvertedDate,ConvertedAccountId,Industry,SystemModstamp
00Q1,2025-01-15T08:00:00.000+0000,005A,Web,Qualified,true,2025-02-20,001X,Retail,2025-02-20T08:00:00.000Z
00Q2,2025-01-17T09:30:00.000+0000,005B,Trade Show,Unqualified,false,,,Banking,2025-02-01T08:00:00.000Z
00Q3,2025-01-21T10:45:00.000+0000,005A,Web,New,false,,,Retail,2025-01-22T08:00:00.000Z
"""
HUBSPOT_CONTACTS = """\
Record ID,First Name,Create Date,Contact owner,Lifecycle Stage,Lead Status,Original Source,Close Date,Industry,Became a Customer Date
101,Eva,2025-01-15 08:10,Ada Berg,Customer,,Organic Search,2025-02-20 10:00,RETAIL,2025-02-20 10:00
102,Jon,2025-01-17 09:20,Ben Cole,Lead,Unqualified,Paid Social,,BANKING,
103,Kim,2025-01-21 17:45,Ada Berg,Marketing Qualified Lead,New,Direct Traffic,,RETAIL,
"""
HUBSPOT_DEALS = """\
hs_object_id,createdate,dealstage,closedate,amount,hubspot_owner_id,hs_analytics_source,industry,closed_lost_reason
201,2025-01-15T08:10:00Z,closedwon,2025-02-20T10:00:00Z,1200,77,ORGANIC_SEARCH,RETAIL,
202,2025-01-17T09:20:00Z,closedlost,2025-02-01T10:00:00Z,900,78,PAID_SOCIAL,BANKING,Price
203,2025-01-21T17:45:00Z,appointmentscheduled,2025-03-31T10:00:00Z,500,77,DIRECT_TRAFFIC,RETAIL,
"""
DYNAMICS_EXCEL = """\
(Do Not Modify) Lead|(Do Not Modify) Row Checksum|(Do Not Modify) Modified On|Full Name|Topic|Status|Status Reason|Created On|Lead Source|Owner|Industry
{a}|x1=|2025-02-20|Eva Lund|Shop|Qualified|Qualified|2025-01-15|Web|Ada Berg|Retail
{b}|x2=|2025-02-01|Jon Vik|Bank|Disqualified|Lost|2025-01-17|Trade Show|Ben Cole|Banking
{c}|x3=|2025-01-22|Kim Noh|Shop|Open|New|2025-01-21|Web|Ada Berg|Retail
"""
DYNAMICS_API = """\
leadid|createdon|statecode|statuscode|leadsourcecode|_ownerid_value|industrycode|modifiedon|_qualifyingopportunityid_value
{a}|2025-01-15T08:00:00Z|1|3|8|u1|24|2025-02-20T08:00:00Z|o1
{b}|2025-01-17T08:00:00Z|2|4|7|u2|9|2025-02-01T08:00:00Z|
{c}|2025-01-21T08:00:00Z|0|1|8|u1|24|2025-01-22T08:00:00Z|
"""
ODOO_LABELS = """\
External ID|Created on|Stage|Active|Salesperson|Source|Probability|Lost Reason|Closed Date|Days to Close|Country|Expected Revenue
l1|2025-01-15 08:00:00|Won|true|Ada Berg|Website|100|  |2025-02-20 10:00:00|36|Norway|1200
l2|2025-01-17 09:00:00|Proposition|false|Ben Cole|Fair|0|Too expensive|2025-02-01 10:00:00|15|Sweden|900
l3|2025-01-21 10:00:00|New|true|Ada Berg|Website|12.5| |||Norway|
"""
ODOO_TECHNICAL = """\
id|create_date|won_status|stage_id|active|user_id|source_id|automated_probability|lost_reason_id|date_closed|team_id
l1|2025-01-15 08:00:00|won|Won|true|Ada Berg|Website|98.2||2025-02-20 10:00:00|Europe
l2|2025-01-17 09:00:00|lost|Proposition|false|Ben Cole|Fair|0|Too expensive|2025-02-01 10:00:00|Europe
l3|2025-01-21 10:00:00|pending|New|true|Ada Berg|Website|12.5|||Europe
"""
IDS = {"a": "6b1e0f00-1", "b": "6b1e0f00-2", "c": "6b1e0f00-3"}
EXPORTS = {
    "salesforce report": ("salesforce", SALESFORCE_REPORT, {"Industry", "Annual Revenue"}),
    "salesforce API": ("salesforce", SALESFORCE_API, {"Industry"}),
    "hubspot contacts": ("hubspot", HUBSPOT_CONTACTS, {"Industry"}),
    "hubspot deals": ("hubspot", HUBSPOT_DEALS, {"industry"}),
    "dynamics Excel": ("dynamics", DYNAMICS_EXCEL, {"Topic", "Industry"}),
    "dynamics API": ("dynamics", DYNAMICS_API, {"industrycode"}),
    "odoo labels": ("odoo", ODOO_LABELS, {"Expected Revenue"}),
    "odoo technical": ("odoo", ODOO_TECHNICAL, {"team_id"}),
}


def read_export(folder: Path, preset: str, text: str) -> CheckedTable:
    init_workspace(folder, preset=preset)
    data = folder / "data"
    data.mkdir()
    if "|" in text:
        book = openpyxl.Workbook()
        for line in text.replace("{a}", IDS["a"]).replace("{b}", IDS["b"]).replace("{c}", IDS["c"]).splitlines():
            book.active.append([cell or None for cell in line.split("|")])
        book.save(data / "leads.xlsx")
    else:
        (data / "leads.csv").write_text(text, encoding="utf-8-sig")
    return read_table(load_workspace(folder, environment={}), "leads")


@pytest.mark.parametrize("export", EXPORTS)
def test_an_export_is_read_whole_and_its_outcomes_are_understood(tmp_path, export):
    preset, text, _ = EXPORTS[export]
    leads = read_export(tmp_path, preset, text)
    assert leads.rejected.empty, leads.rejected.to_dict("records")
    assert leads.frame["outcome"].tolist() == ["won", "lost", "open"]
    assert leads.frame["created_at"].dt.strftime("%m-%d").tolist() == ["01-15", "01-17", "01-21"]
    assert leads.frame["lead_id"].is_unique
    assert leads.frame[["source", "owner"]].notna().all(axis=None)


@pytest.mark.parametrize("export", EXPORTS)
def test_nothing_known_only_after_the_outcome_is_left_to_learn_from(tmp_path, export):
    preset, text, attributes = EXPORTS[export]
    leads = read_export(tmp_path, preset, text)
    known = {"lead_id", "created_at", "outcome_at", "source", "region", "owner", "outcome", "amount"}
    assert set(leads.frame.columns) - known == attributes


@pytest.mark.parametrize("export", EXPORTS)
def test_an_open_lead_has_no_closing_time(tmp_path, export):
    preset, text, _ = EXPORTS[export]
    leads = read_export(tmp_path, preset, text).frame
    if "outcome_at" in leads:
        assert leads.loc[leads["outcome"] == "open", "outcome_at"].isna().all()
