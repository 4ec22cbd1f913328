"""The words of reasons about payments, in English and Traditional Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from salescope.scoring.customer_wording import CUSTOMER_LABELS
from salescope.scoring.wording import CHINESE, ENGLISH, Phrases

__all__ = ["PAYING"]

ENGLISH_LABELS: Mapping[str, str] = {
    "amount": "Amount of the invoice",
    "terms_days": "Days until payment is due",
    "days_since_issue": "Days without payment since issue",
    "issued_month": "Month of issue",
    "issued_weekday": "Weekday of issue (Monday is 0)",
    "due_month": "Month in which it is due",
    "due_weekday": "Weekday on which it is due (Monday is 0)",
    "due_day": "Day of the month on which it is due",
    "invoices_total": "Other invoices of the customer",
    "invoices_open": "Other invoices not paid",
    "invoices_overdue": "Other invoices overdue",
    "debt_open": "Other debt not paid",
    "debt_overdue": "Other debt overdue",
    "amount_ratio": "Amount, as a multiple of the customer's usual one",
    "invoices_late_share": "Share of invoices that the customer paid late",
    "invoices_late_newer": "Share of its newest invoices paid late",
    "days_late_mean": "Days that the customer is usually late",
    "days_after_due_mean": "Usual days from due to payment",
    "days_after_due_newer": "Days from due to payment lately",
    "days_after_due_last": "Days from due to payment last time",
    "days_to_settle_mean": "Usual days to payment",
    "days_to_settle_sd": "How much the days to payment vary",
    "days_to_settle_newer": "Days to payment lately",
    "days_to_settle_last": "Days to payment last time",
    "days_since_last_payment": "Days since the customer's last payment",
}

CHINESE_LABELS: Mapping[str, str] = {
    "amount": "發票金額",
    "terms_days": "付款期限天數",
    "days_since_issue": "開立後未付款天數",
    "issued_month": "開立月份",
    "issued_weekday": "開立星期（0 為星期一）",
    "due_month": "到期月份",
    "due_weekday": "到期星期（0 為星期一）",
    "due_day": "到期日（當月第幾天）",
    "invoices_total": "該客戶其他發票數",
    "invoices_open": "其他未付發票數",
    "invoices_overdue": "其他逾期發票數",
    "debt_open": "其他未付金額",
    "debt_overdue": "其他逾期金額",
    "amount_ratio": "金額為該客戶平均的倍數",
    "invoices_late_share": "該客戶延遲付款比例",
    "invoices_late_newer": "近期發票延遲付款比例",
    "days_late_mean": "平均延遲付款天數",
    "days_after_due_mean": "平均到期後付款天數",
    "days_after_due_newer": "近期到期後付款天數",
    "days_after_due_last": "上次到期後付款天數",
    "days_to_settle_mean": "平均付款天數",
    "days_to_settle_sd": "付款天數的變動",
    "days_to_settle_newer": "近期付款天數",
    "days_to_settle_last": "上次付款天數",
    "days_since_last_payment": "距該客戶上次付款天數",
}

# How reasons are said where the chance is that an invoice is paid late.
PAYING: Mapping[str, Phrases] = {
    "en": replace(
        ENGLISH,
        raises="{what} – raises the chance of late payment",
        lowers="{what} – lowers the chance of late payment",
        labels={**CUSTOMER_LABELS["en"], **ENGLISH_LABELS},
    ),
    "zh": replace(
        CHINESE,
        raises="{what}，提高延遲付款機會",
        lowers="{what}，降低延遲付款機會",
        labels={**CUSTOMER_LABELS["zh"], **CHINESE_LABELS},
    ),
}
