-- The newest observation of each offer asked for.
with ranked as (
    select
        o.offer_id, o.site, o.seller, o.variant, o.condition, o.url, o.title, o.brand, o.gtin, o.mpn, o.price, o.currency,
        o.availability, o.observed_at,
        row_number() over (partition by o.offer_id order by o.observed_at desc, o.crawl_id desc) as nth
    from offers o
    where o.offer_id in (select offer_id from asked)
)
select
    offer_id, site, seller, variant, condition, url, title, brand, gtin, mpn, price, currency, availability, observed_at
from ranked
where nth = 1
