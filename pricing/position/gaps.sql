-- The products furthest above and below their market: up to $top in each direction, from a gap of $least (a share of
-- the market's price) on.
with gaps as (
    select
        sku, title, category, url, price, cost, median_price, lowest_price, lowest_landed, lowest_site, lowest_url, shops,
        newest,
        cast(price as double) / nullif(cast(median_price as double), 0) - 1 as gap
    from market_rows
    where shops > 0
),
ranked as (
    select
        *,
        row_number() over (order by gap desc, sku) as from_top,
        row_number() over (order by gap, sku) as from_bottom
    from gaps
)
select
    sku, title, category, url, price, cost, median_price, lowest_price, lowest_landed, lowest_site, lowest_url, shops,
    newest, gap
from ranked
where (from_top <= $top and gap >= $least) or (from_bottom <= $top and gap <= -$least)
