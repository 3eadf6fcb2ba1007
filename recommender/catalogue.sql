-- Every product known by name or by stock, and whether it can be sold: not withdrawn, and not out of stock everywhere.
with latest as (
    select h.sku, h.stock, row_number() over (partition by h.store_id, h.sku order by h.valid_from desc) as age
    from product_history as h
    where h.valid_from < $before and h.stock is not null
),
stock as (
    select l.sku, max(l.stock) as units
    from latest as l
    where l.age = 1
    group by l.sku
)
select
    coalesce(p.sku, s.sku) as sku,
    p.title,
    coalesce(p.status, 'active') = 'active' and (s.units is null or s.units > 0) as sellable
from products as p
full join stock as s on s.sku = p.sku
