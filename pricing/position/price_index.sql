-- The price index by top category and competitor: 100 times the sum of our prices over the sum of theirs, for the same
-- products. Site '' is the market: each product at the median over its competitors. Category '' is all of them.
with pairs as (
    select category, site, price, market_price from compared where used
    union all
    select category, '' as site, price, median_price as market_price from market_rows where shops > 0
),
levels as (
    select category, site, price, market_price from pairs
    union all
    select '' as category, site, price, market_price from pairs
)
select
    category, site,
    count(*) as products,
    sum(price) as our_sum,
    sum(market_price) as their_sum,
    100 * cast(sum(price) as double) / nullif(cast(sum(market_price) as double), 0) as price_index
from levels
group by category, site
