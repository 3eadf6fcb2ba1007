-- One row per product of ours: what its market asks, over the offers in use (the cheapest of each shop).
with used as (
    select * from compared where used
),
market as (
    select
        sku,
        count(*) as shops,
        -- Half up to the 4 decimals of money, the same on every engine.
        cast(cast(floor(median(cast(market_price as double)) * 10000 + 0.5) as double) / 10000 as decimal(18, 4)) as median_price,
        min(market_price) as lowest_price,
        max(observed_at) as newest,
        min(observed_at) as oldest
    from used
    group by sku
),
cheapest as (
    select
        sku, site, offer_url, landed_price, row_number() over (partition by sku order by market_price, site) as nth
    from used
),
products as (
    select
        sku, title, category, url, map_price, map_unclear, price, cost, currency,
        count(*) filter (where offer_id <> '' and not equivalent) as matched_offers,
        count(*) filter (
            where offer_id <> '' and not equivalent and coalesce(left_out, '') <> 'older than the window'
        ) as fresh_offers
    from compared
    group by sku, title, category, url, map_price, map_unclear, price, cost, currency
)
select
    p.sku, p.title, p.category, p.url, p.map_price, p.map_unclear, p.price, p.cost, p.currency,
    p.matched_offers, p.fresh_offers,
    coalesce(m.shops, 0) as shops, m.median_price, m.lowest_price, m.newest, m.oldest,
    c.site as lowest_site, c.offer_url as lowest_url, c.landed_price as lowest_landed
from products p
left join market m on m.sku = p.sku
left join cheapest c on c.sku = p.sku and c.nth = 1
