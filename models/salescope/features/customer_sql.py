"""The one place where customer features are defined: SQL over whole numbers, with divisions in the last step only.

The questions are asked of ``orders``, ``contacts`` and ``invoices``, which `salescope.features.customer_facts` lays
out, and of ``wanted``, one row a customer and moment. Times are whole nanoseconds since 1970, naive; money is whole
1/10000 of the currency's unit and pieces whole 1/10000, rounded half to even once a line; discounts are whole
millionths. Sums of whole numbers depend neither on the order of rows nor on threads, nor on how customers are cut into
partitions.
"""

from __future__ import annotations

__all__ = [
    "AT_EACH_MOMENT_SQL",
    "AT_ONE_MOMENT_SQL",
    "FEATURES_SQL",
    "MACROS_SQL",
    "ORDERED_BEFORE_SQL",
    "OUTCOMES_SQL",
]

# Whole division cuts towards zero, so a time before 1970 needs the other branch to fall on its own day; times 292 years
# apart do not fit 64 bits, so that a mistyped year would stop a whole batch.
MACROS_SQL = """
CREATE MACRO day_of(moment) AS
    CASE WHEN moment >= 0 THEN moment // 86400000000000 ELSE (moment + 1) // 86400000000000 - 1 END;
CREATE MACRO midnight(day) AS day::HUGEINT * 86400000000000;
CREATE MACRO days_between(earlier, later) AS (later::HUGEINT - earlier::HUGEINT) / 86400000000000;
CREATE MACRO money_of(quantity, unit_price, discount) AS
    TRY_CAST(quantity * unit_price * (1 - coalesce(discount, 0)) * 10000 AS BIGINT);
CREATE MACRO trend(latest, before) AS (latest - before) / nullif(abs(latest) + abs(before), 0);
-- In how many of the windows of 365, 180, 90 and 30 days before the moment: 4 is the last month, 0 longer than a year.
CREATE MACRO windows_of(moment, as_of) AS
    (moment >= as_of - 31536000000000000)::TINYINT + (moment >= as_of - 15552000000000000)::TINYINT
    + (moment >= as_of - 7776000000000000)::TINYINT + (moment >= as_of - 2592000000000000)::TINYINT;
"""

# What was recorded strictly before the moment. Where all customers are asked of at one moment, their positions are the
# rows and nothing has to be looked up; else every fact is met with each of its customer's moments.
AT_ONE_MOMENT_SQL = """
CREATE VIEW ordered AS SELECT *, customer AS "row" FROM orders CROSS JOIN one WHERE moment < as_of AND customer >= 0;
CREATE VIEW touched AS SELECT *, customer AS "row" FROM contacts CROSS JOIN one WHERE moment < as_of AND customer >= 0;
CREATE VIEW billed AS SELECT *, customer AS "row" FROM invoices CROSS JOIN one WHERE moment < as_of AND customer >= 0;
"""
AT_EACH_MOMENT_SQL = """
CREATE VIEW ordered AS SELECT orders.*, "row", as_of FROM orders JOIN wanted USING (customer) WHERE moment < as_of;
CREATE VIEW touched AS SELECT contacts.*, "row", as_of FROM contacts JOIN wanted USING (customer) WHERE moment < as_of;
CREATE VIEW billed AS SELECT invoices.*, "row", as_of FROM invoices JOIN wanted USING (customer) WHERE moment < as_of;
"""

# Every customer that had ordered before each of the moments.
ORDERED_BEFORE_SQL = """
WITH first_order AS (
    SELECT customer, min(moment) AS moment FROM orders WHERE quantity > 0 AND customer IS NOT NULL GROUP BY customer
)
SELECT customer, as_of FROM first_order CROSS JOIN moments WHERE moment < as_of ORDER BY customer, as_of
"""

FEATURES_SQL = """
WITH past AS (
    SELECT "row", as_of, moment, product, category,
        quantity > 0 AS bought, quantity < 0 AS returned, windows_of(moment, as_of) AS windows,
        quantity > 0 AND promised_at < as_of AS promised,
        -- A delivery at or after the moment has not happened.
        quantity > 0 AND promised_at < as_of
            AND coalesce(delivered_at >= as_of OR delivered_at > promised_at, TRUE) AS late,
        money_of(quantity, unit_price, discount) AS money,
        TRY_CAST(quantity * 10000 AS BIGINT) AS pieces,
        TRY_CAST(discount * 1000000 AS BIGINT) AS discount
    FROM ordered
), lines AS (
    SELECT "row", count(*) AS lines,
        count(*) FILTER (bought) AS bought,
        count(*) FILTER (returned) AS returned,
        count(*) FILTER (returned AND windows >= 3) AS returned_90d,
        count(money) AS priced,
        sum(money) AS total,
        sum(money) FILTER (windows >= 4) AS last_30d,
        sum(money) FILTER (windows >= 3) AS last_90d,
        sum(money) FILTER (windows >= 2) AS last_180d,
        sum(money) FILTER (windows >= 1) AS last_365d,
        sum(pieces) AS pieces,
        sum(discount) FILTER (bought) AS discount,
        count(discount) FILTER (bought) AS discounted,
        count(*) FILTER (promised) AS promised,
        count(*) FILTER (late) AS late
    FROM past GROUP BY "row"
), order_days AS (
    SELECT "row", day_of(moment) AS day, max(windows) AS windows FROM past WHERE bought GROUP BY "row", day
), gaps AS (
    SELECT *, day - lag(day) OVER (PARTITION BY "row" ORDER BY day) AS gap FROM order_days
), rhythm AS (
    SELECT "row", count(*) AS order_days, min(day) AS first_day, max(day) AS last_day,
        count(*) FILTER (windows >= 4) AS last_30d,
        count(*) FILTER (windows >= 3) AS last_90d,
        count(*) FILTER (windows >= 2) AS last_180d,
        count(*) FILTER (windows >= 1) AS last_365d,
        count(gap) AS gaps, coalesce(sum(gap), 0) AS gap, coalesce(sum(gap * gap), 0) AS squared_gap,
        max(gap) AS longest_gap
    FROM gaps GROUP BY "row"
), bought_products AS (
    SELECT "row", product, max(windows) AS windows FROM past WHERE bought AND product >= 0 GROUP BY "row", product
), products AS (
    SELECT "row", count(*) AS products, count(*) FILTER (windows >= 3) AS last_90d FROM bought_products GROUP BY "row"
), bought_categories AS (
    SELECT "row", category FROM past WHERE bought AND category >= 0 GROUP BY "row", category
), categories AS (
    SELECT "row", count(*) AS categories FROM bought_categories GROUP BY "row"
), contact AS (
    SELECT "row", count(*) AS contacts,
        count(*) FILTER (windows_of(moment, as_of) >= 3) AS last_90d,
        count(*) FILTER (complaint) AS complaints,
        count(*) FILTER (complaint AND windows_of(moment, as_of) >= 3) AS complaints_90d,
        count(*) FILTER (complaint AND (resolved_at IS NULL OR resolved_at >= as_of)) AS complaints_open,
        max(moment) AS latest
    FROM touched GROUP BY "row"
), known AS (
    SELECT "row", TRY_CAST(amount * 10000 AS BIGINT) AS money, coalesce(amount < 0, FALSE) AS credit,
        paid_at IS NULL OR paid_at >= as_of AS is_open,
        day_of(CASE WHEN paid_at < as_of THEN paid_at ELSE as_of END) - day_of(due_at) AS days_late
    FROM billed
), judged AS (
    -- An invoice that is open and not due yet says nothing about the customer's habits.
    SELECT *, NOT credit AND is_open AS unpaid, NOT credit AND (days_late > 0 OR days_late <= 0 AND NOT is_open) AS told
    FROM known
), owed AS (
    SELECT "row", count(*) FILTER (NOT credit) AS invoices,
        count(*) FILTER (told) AS told,
        count(*) FILTER (told AND days_late > 0) AS late,
        sum(greatest(days_late, 0)) FILTER (told) AS days_late,
        count(*) FILTER (unpaid) AS unpaid,
        count(*) FILTER (unpaid AND days_late > 0) AS overdue,
        sum(money) FILTER (is_open) AS debt_open,
        sum(money) FILTER (unpaid AND days_late > 0) AS debt_overdue,
        count(*) AS bills
    FROM judged GROUP BY "row"
), together AS (
    SELECT wanted.*, bills, lines.* EXCLUDE ("row", last_30d, last_90d, last_180d, last_365d),
        coalesce(order_days, 0) AS order_days, first_day, last_day, gaps, gap, squared_gap, longest_gap,
        coalesce(rhythm.last_30d, 0) AS days_30d, coalesce(rhythm.last_90d, 0) AS days_90d,
        coalesce(rhythm.last_180d, 0) AS days_180d, coalesce(rhythm.last_365d, 0) AS days_365d,
        -- Lines that nobody priced are no money known, not no money.
        lines.lines IS NULL OR priced > 0 AS money_known,
        coalesce(lines.total, 0) AS money, coalesce(lines.last_30d, 0) AS money_30d,
        coalesce(lines.last_90d, 0) AS money_90d, coalesce(lines.last_180d, 0) AS money_180d,
        coalesce(lines.last_365d, 0) AS money_365d,
        -- Lines that name no product do not say that there was none.
        CASE WHEN coalesce(bought, 0) = 0 OR products > 0 THEN coalesce(products, 0) END AS products,
        CASE WHEN coalesce(bought, 0) = 0 OR products > 0 THEN coalesce(products.last_90d, 0) END AS products_90d,
        CASE WHEN coalesce(bought, 0) = 0 OR categories > 0 THEN coalesce(categories, 0) END AS categories,
        coalesce(contacts, 0) AS contacts, coalesce(contact.last_90d, 0) AS contacts_90d,
        coalesce(complaints, 0) AS complaints, coalesce(complaints_90d, 0) AS complaints_90d,
        coalesce(complaints_open, 0) AS complaints_open, contact.latest AS last_contact,
        coalesce(invoices, 0) AS invoices, coalesce(unpaid, 0) AS unpaid, coalesce(overdue, 0) AS overdue,
        owed.late AS invoices_late, told, days_late,
        coalesce(debt_open, 0) AS debt_open, coalesce(debt_overdue, 0) AS debt_overdue
    FROM wanted LEFT JOIN lines USING ("row") LEFT JOIN rhythm USING ("row") LEFT JOIN products USING ("row")
        LEFT JOIN categories USING ("row") LEFT JOIN contact USING ("row") LEFT JOIN owed USING ("row")
), described AS (
    SELECT "row",
        coalesce(lines, 0) + contacts + coalesce(bills, 0) AS recorded,
        days_between(midnight(first_day), as_of) AS days_since_first_order,
        days_between(midnight(last_day), as_of) AS days_since_last_order,
        CASE WHEN knows_orders THEN order_days END AS order_days,
        last_day - first_day AS days_first_to_last_order,
        CASE WHEN knows_orders THEN days_30d END AS orders_30d,
        CASE WHEN knows_orders THEN days_90d END AS orders_90d,
        CASE WHEN knows_orders THEN days_180d END AS orders_180d,
        CASE WHEN knows_orders THEN days_365d END AS orders_365d,
        trend(days_90d, days_180d - days_90d) AS orders_trend,
        CASE WHEN knows_orders AND money_known THEN money / 10000 END AS money_total,
        CASE WHEN knows_orders AND money_known THEN money_30d / 10000 END AS money_30d,
        CASE WHEN knows_orders AND money_known THEN money_90d / 10000 END AS money_90d,
        CASE WHEN knows_orders AND money_known THEN money_180d / 10000 END AS money_180d,
        CASE WHEN knows_orders AND money_known THEN money_365d / 10000 END AS money_365d,
        CASE WHEN priced > 0 THEN money / nullif(order_days * 10000, 0) END AS money_per_order,
        trend(money_90d, money_180d - money_90d) AS money_trend,
        gap / nullif(gaps, 0) AS days_between_orders_mean,
        sqrt((gaps * squared_gap - gap * gap) / nullif(gaps * (gaps - 1), 0)) AS days_between_orders_sd,
        longest_gap AS days_between_orders_max,
        (as_of - midnight(last_day)) * gaps / nullif(gap * 86400000000000, 0) AS overdue_ratio,
        CASE WHEN knows_orders THEN products END AS products_total,
        CASE WHEN knows_orders THEN products_90d END AS products_90d,
        CASE WHEN knows_orders THEN categories END AS categories_total,
        bought / nullif(order_days, 0) AS lines_per_order,
        pieces / nullif(order_days * 10000, 0) AS pieces_per_order,
        returned / nullif(lines, 0) AS returns_share,
        CASE WHEN knows_orders THEN coalesce(returned_90d, 0) END AS returns_90d,
        discount / nullif(discounted * 1000000, 0) AS discount_mean,
        late / nullif(promised, 0) AS deliveries_late_share,
        CASE WHEN knows_contacts THEN contacts END AS contacts_total,
        CASE WHEN knows_contacts THEN contacts_90d END AS contacts_90d,
        CASE WHEN knows_contacts THEN complaints END AS complaints_total,
        CASE WHEN knows_contacts THEN complaints_90d END AS complaints_90d,
        CASE WHEN knows_contacts THEN complaints_open END AS complaints_open,
        days_between(last_contact, as_of) AS days_since_last_contact,
        CASE WHEN knows_invoices THEN invoices END AS invoices_total,
        invoices_late / nullif(told, 0) AS invoices_late_share,
        days_late / nullif(told, 0) AS days_late_mean,
        CASE WHEN knows_invoices THEN unpaid END AS invoices_open,
        CASE WHEN knows_invoices THEN overdue END AS invoices_overdue,
        CASE WHEN knows_invoices THEN debt_open / 10000 END AS debt_open,
        CASE WHEN knows_invoices THEN debt_overdue / 10000 END AS debt_overdue
    FROM together
)
SELECT "row", COLUMNS(* EXCLUDE "row")::DOUBLE FROM described
"""

OUTCOMES_SQL = """
WITH after AS (
    SELECT "row", as_of, orders.moment, quantity > 0 AS bought, money_of(quantity, unit_price, discount) AS money
    FROM orders JOIN wanted USING (customer) WHERE moment >= as_of AND moment < closes_at
), counted AS (
    SELECT "row", count(*) AS lines, count(money) AS priced, sum(money) AS money,
        count(DISTINCT CASE WHEN bought THEN day_of(moment) END) AS order_days, min(moment) FILTER (bought) AS next
    FROM after GROUP BY "row"
), described AS (
    SELECT wanted."row",
        CASE WHEN coalesce(order_days, 0) > 0 THEN 0 ELSE 1 END AS y,
        coalesce(order_days, 0) AS orders_after,
        CASE WHEN lines IS NULL OR priced > 0 THEN coalesce(money, 0) / 10000 END AS money_after,
        days_between(as_of, next) AS days_to_next_order
    FROM wanted LEFT JOIN counted USING ("row")
)
SELECT "row", COLUMNS(* EXCLUDE "row")::DOUBLE FROM described
"""
