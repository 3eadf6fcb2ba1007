-- The newest observation of each offer.
with ranked as (
    select
        offer_id, site, title, brand, gtin,
        row_number() over (partition by offer_id order by observed_at desc, crawl_id desc) as nth
    from offers
)
select offer_id, site, title, brand, gtin
from ranked
where nth = 1
