-- Other products that a person said compete with ours: the cheapest usable offer of each in each shop, up to $top, the
-- widest difference in price first. `difference` is our price over theirs, less 1.
with usable as (
    select
        sku, title, url, price, site, offer_url, offer_title, market_price, observed_at,
        cast(price as double) / nullif(cast(market_price as double), 0) - 1 as difference
    from compared
    where equivalent and left_out is null
),
ranked as (
    select *, row_number() over (order by abs(difference) desc, sku, site) as nth
    from usable
)
select sku, title, url, price, site, offer_url, offer_title, market_price, observed_at, difference
from ranked
where nth <= $top
