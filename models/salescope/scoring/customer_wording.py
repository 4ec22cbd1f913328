"""The words of reasons about customers, in English and Traditional Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from salescope.scoring.wording import CHINESE, ENGLISH, Phrases

__all__ = ["CUSTOMER_LABELS", "LEAVING"]

ENGLISH_LABELS: Mapping[str, str] = {
    "days_since_first_order": "Days since the first order",
    "days_since_last_order": "Days since the last order",
    "days_first_to_last_order": "Days from the first order to the last",
    "order_days": "Number of orders",
    "orders_30d": "Orders in the last 30 days",
    "orders_90d": "Orders in the last 90 days",
    "orders_180d": "Orders in the last 180 days",
    "orders_365d": "Orders in the last 365 days",
    "orders_trend": "Trend of orders (−1 to 1)",
    "money_total": "Money spent in all",
    "money_30d": "Money spent in the last 30 days",
    "money_90d": "Money spent in the last 90 days",
    "money_180d": "Money spent in the last 180 days",
    "money_365d": "Money spent in the last 365 days",
    "money_per_order": "Money an order",
    "money_trend": "Trend of money (−1 to 1)",
    "days_between_orders_mean": "Usual days between orders",
    "days_between_orders_sd": "How much the days between orders vary",
    "days_between_orders_max": "Longest time between orders, days",
    "overdue_ratio": "Days since the last order, in usual times between orders",
    "products_total": "Different products bought",
    "products_90d": "Different products bought in the last 90 days",
    "categories_total": "Different categories bought",
    "lines_per_order": "Lines an order",
    "pieces_per_order": "Pieces an order",
    "returns_share": "Share of lines returned",
    "returns_90d": "Returns in the last 90 days",
    "discount_mean": "Usual discount",
    "deliveries_late_share": "Share of deliveries that were late",
    "contacts_total": "Number of contacts",
    "contacts_90d": "Contacts in the last 90 days",
    "complaints_total": "Number of complaints",
    "complaints_90d": "Complaints in the last 90 days",
    "complaints_open": "Complaints not resolved",
    "days_since_last_contact": "Days since the last contact",
    "invoices_total": "Number of invoices",
    "invoices_open": "Invoices not paid",
    "invoices_overdue": "Invoices overdue",
    "invoices_late_share": "Share of invoices paid late",
    "days_late_mean": "Usual days late with payment",
    "debt_open": "Debt not paid",
    "debt_overdue": "Debt overdue",
    "day_of_year": "Day of the year",
    "since": "Customer since",
}

CHINESE_LABELS: Mapping[str, str] = {
    "days_since_first_order": "距首次訂購天數",
    "days_since_last_order": "距最近訂購天數",
    "days_first_to_last_order": "首次至最近訂購相隔天數",
    "order_days": "訂購次數",
    "orders_30d": "近 30 天訂購次數",
    "orders_90d": "近 90 天訂購次數",
    "orders_180d": "近 180 天訂購次數",
    "orders_365d": "近 365 天訂購次數",
    "orders_trend": "訂購趨勢（−1 至 1）",
    "money_total": "累計消費金額",
    "money_30d": "近 30 天消費金額",
    "money_90d": "近 90 天消費金額",
    "money_180d": "近 180 天消費金額",
    "money_365d": "近 365 天消費金額",
    "money_per_order": "每次訂購金額",
    "money_trend": "消費趨勢（−1 至 1）",
    "days_between_orders_mean": "平均訂購間隔天數",
    "days_between_orders_sd": "訂購間隔的變動天數",
    "days_between_orders_max": "最長訂購間隔天數",
    "overdue_ratio": "距最近訂購為平均間隔的倍數",
    "products_total": "購買過的產品數",
    "products_90d": "近 90 天購買的產品數",
    "categories_total": "購買過的類別數",
    "lines_per_order": "每次訂購品項數",
    "pieces_per_order": "每次訂購件數",
    "returns_share": "退貨比例",
    "returns_90d": "近 90 天退貨數",
    "discount_mean": "平均折扣",
    "deliveries_late_share": "延遲交貨比例",
    "contacts_total": "聯繫次數",
    "contacts_90d": "近 90 天聯繫次數",
    "complaints_total": "客訴次數",
    "complaints_90d": "近 90 天客訴次數",
    "complaints_open": "未解決的客訴數",
    "days_since_last_contact": "距最近聯繫天數",
    "invoices_total": "發票數",
    "invoices_open": "未付發票數",
    "invoices_overdue": "逾期發票數",
    "invoices_late_share": "延遲付款比例",
    "days_late_mean": "平均延遲付款天數",
    "debt_open": "未付金額",
    "debt_overdue": "逾期金額",
    "day_of_year": "一年中的第幾天",
    "since": "成為客戶日期",
    "segment": "客群",
}

# The names of the columns that `salescope.features.customer_features` makes, a language.
CUSTOMER_LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {**ENGLISH.labels, **ENGLISH_LABELS},
    "zh": {**CHINESE.labels, **CHINESE_LABELS},
}

# How reasons are said where the chance is that a customer leaves.
LEAVING: Mapping[str, Phrases] = {
    "en": replace(
        ENGLISH,
        raises="{what} – raises the chance of leaving",
        lowers="{what} – lowers the chance of leaving",
        labels=CUSTOMER_LABELS["en"],
    ),
    "zh": replace(CHINESE, raises="{what}，提高流失機會", lowers="{what}，降低流失機會", labels=CUSTOMER_LABELS["zh"]),
}
