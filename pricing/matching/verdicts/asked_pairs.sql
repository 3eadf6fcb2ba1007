-- The pairs of the offers asked for, as they were judged, with our product: at most $most of an offer, the open and the
-- decided before those that are no match.
with pairs as (
    select
        m.offer_id, m.sku, m.verdict, m.score, m.pack_ratio, m.method, m.reason, m.speaks_for, m.speaks_against,
        m.model_version,
        row_number() over (
            partition by m.offer_id
            order by case when m.verdict = 'no_match' then 1 else 0 end, coalesce(m.score, 0) desc, m.sku
        ) as nth
    from matches m
    where m.offer_id in (select offer_id from asked)
),
prices as (
    select
        sku, price, currency,
        row_number() over (partition by sku order by valid_from desc, store_id) as nth
    from product_history
    where price is not null and valid_from <= $now and sku in (select sku from pairs)
)
select
    m.offer_id, m.sku, m.verdict, m.score, m.pack_ratio, m.method, m.reason, m.speaks_for, m.speaks_against,
    m.model_version, p.title, p.brand, p.gtin, p.mpn, p.url, p.image_url, p.pack_size, p.pack_unit, h.price, h.currency
from pairs m
left join products p on p.sku = m.sku
left join prices h on h.sku = m.sku and h.nth = 1
where m.nth <= $most
