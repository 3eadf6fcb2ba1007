-- The newest observation of each offer. Prices are in EUR where a rate is known, so that they compare across
-- currencies, else in their own.
with rates as (
    select currency, arg_max(cast(eur as double), day) as eur
    from fx_rates
    group by currency
),
ranked as (
    select
        offer_id, site, seller, condition, title, brand, mpn, gtin, cast(price as double) as price, currency,
        row_number() over (partition by offer_id order by observed_at desc, crawl_id desc) as nth
    from offers
)
select
    o.offer_id as id, o.title, o.brand, o.mpn, o.gtin,
    case when o.price > 0 then o.price * coalesce(r.eur, 1) end as price,
    case when r.eur is null then o.currency else 'EUR' end as currency,
    -- Who lists a product once: a marketplace has many sellers, and each may have it new and used.
    o.site
        || case when o.seller is null then '' else ' / ' || o.seller end
        || case when coalesce(o.condition, 'new') = 'new' then '' else ' (' || o.condition || ')' end as seller
from ranked o
left join rates r on r.currency = o.currency
where o.nth = 1
