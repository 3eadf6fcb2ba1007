-- How much of the assortment the comparison covers, by top category; category '' is the whole store.
with levels as (
    select category, sku, matched_offers, fresh_offers, shops, cost from market_rows
    union all
    select '' as category, sku, matched_offers, fresh_offers, shops, cost from market_rows
)
select
    category,
    count(*) as products,
    count(*) filter (where matched_offers > 0) as matched,
    count(*) filter (where fresh_offers > 0) as fresh,
    count(*) filter (where shops > 0) as compared,
    count(*) filter (where cost is null) as without_cost
from levels
group by category
