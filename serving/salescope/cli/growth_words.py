"""The words of ``salescope growth``, by language."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["WORDS"]

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "sums": "Existing and new business, {count:,} {period}s from {first}",
        "periods": "Of the total, by period",
        "node": "region",
        "total": "Total",
        "mean": "#sales, {unit}",
        "existing": "#existing",
        "new": "#new",
        "unnamed": "#unnamed",
        "customers": "#new customers",
        "growth": "#growth",
        "day": "day",
        "week": "week",
        "month": "month",
        "quarter": "quarter",
        "meaning": "Existing are customers that had ordered before the forecast, new are all that begin after it. "
        "Growth is against the same periods of last year, split as they were to be split then.",
        "measured": "In the past the forecast was off by {ours:.1%}, and the sum over the customers by {theirs:.1%}. ",
        "weighed": "The latter weighs {weight:.0%}, which moves all sales by {moved}.",
        "kept": "The level is the forecast's own; --weigh moves it towards the customers.",
        "unmeasured": "The level is the forecast's own: how far this forecast was off in the past is not known. "
        "`salescope train sales` keeps it with the model, --anew measures it now.",
        "short": "The level is the forecast's own: history is too short to say what customers were expected to buy in "
        "the past.",
        "later": "The published forecast is of {day}; orders of {days:,} more days are known: --anew looks at them.",
        "file": "Every region and period in [bold]{file}[/].",
    },
    "zh": {
        "sums": "存量與增量業務，自 {first} 起 {count:,} 個{period}",
        "periods": "總計，依期間",
        "node": "區域",
        "total": "總計",
        "mean": "#銷售，{unit}",
        "existing": "#存量",
        "new": "#增量",
        "unnamed": "#無客戶名",
        "customers": "#新客戶數",
        "growth": "#成長率",
        "day": "日",
        "week": "週",
        "month": "月",
        "quarter": "季",
        "meaning": "存量為預測日之前已下單的客戶，增量為之後才開始下單的客戶。"
        "成長率對比去年同期，並以當時的新舊客戶劃分。",
        "measured": "過去預測的誤差為 {ours:.1%}，逐客戶加總的誤差為 {theirs:.1%}。",
        "weighed": "後者權重為 {weight:.0%}，使總銷售變動 {moved}。",
        "kept": "水準採用預測本身；--weigh 會使其向客戶加總靠攏。",
        "unmeasured": "水準採用預測本身：此預測過去的誤差未知。"
        "`salescope train sales` 會將誤差隨模型保存，--anew 則立即測量。",
        "short": "水準採用預測本身：歷史太短，無法得知過去客戶的預期購買。",
        "later": "已發布的預測截至 {day}；此後已有 {days:,} 天的訂單：使用 --anew 納入。",
        "file": "各區域與期間的完整資料在 [bold]{file}[/]。",
    },
}
