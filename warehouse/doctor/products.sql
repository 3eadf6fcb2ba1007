-- What is known of the products on sale: of how many a GTIN, a price and a cost, in any store.
with latest as (
    select
        sku, price, cost,
        row_number() over (partition by store_id, sku order by valid_from desc) as nth
    from product_history
),
known as (
    select sku, max(price) as price, max(cost) as cost
    from latest
    where nth = 1
    group by sku
)
select
    count(*) as products,
    count(p.gtin) as with_gtin,
    count(k.price) as with_price,
    count(k.cost) as with_cost
from products p
left join known k on k.sku = p.sku
where coalesce(p.status, 'active') = 'active'
