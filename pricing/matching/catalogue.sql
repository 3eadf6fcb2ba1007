-- The products that are sold (those not said to be withdrawn), each with its newest price in any store. Prices are in
-- EUR where a rate is known, so that they compare across currencies, else in their own.
with rates as (
    select currency, arg_max(cast(eur as double), day) as eur
    from fx_rates
    group by currency
),
priced as (
    select
        sku, cast(price as double) as price, currency,
        row_number() over (partition by sku order by valid_from desc, store_id) as nth
    from product_history
    where price > 0
)
select
    p.sku as id, p.title, p.brand, p.mpn, p.gtin,
    h.price * coalesce(r.eur, 1) as price,
    case when r.eur is null then h.currency else 'EUR' end as currency,
    p.category, p.pack_size, p.pack_unit
from products p
left join priced h on h.sku = p.sku and h.nth = 1
left join rates r on r.currency = h.currency
where coalesce(p.status, 'active') = 'active'
