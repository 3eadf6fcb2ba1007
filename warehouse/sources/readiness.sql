-- How much of what the rooms need is there: one row.
with sold as (
    select
        count(distinct store_id || ' ' || order_id) as orders,
        count(distinct case when customer_id is not null then store_id || ' ' || order_id end) as orders_with_customer,
        min(ordered_at) as first_order,
        max(ordered_at) as last_order
    from orders
    where line_kind = 'product' and quantity > 0
),
sold_products as (
    select count(*) as sold_skus, count(p.sku) as sold_skus_known
    from (select distinct sku from orders where line_kind = 'product' and sku is not null) s
    left join products p on p.sku = s.sku
),
active as (
    select sku, gtin
    from products
    where coalesce(status, 'active') = 'active'
),
priced as (
    select
        h.sku,
        min(valid_from) as first_price,
        count(distinct price) as prices,
        count(cost) as costs
    from product_history h
    where price is not null
    group by h.sku
),
known as (
    select
        count(*) as products,
        count(a.gtin) as with_gtin,
        count(h.sku) as with_price,
        count(case when h.costs > 0 then 1 end) as with_cost,
        count(case when h.prices > 1 then 1 end) as with_price_changes,
        min(h.first_price) as first_price
    from active a
    left join priced h on h.sku = a.sku
),
people as (
    select count(*) as customers, count(email) as with_email
    from customers
),
statements as (
    select count(*) as with_consent
    from (
        select customer_id, granted, row_number() over (partition by customer_id order by at desc, granted) as nth
        from consents
        where channel = 'email'
    ) s
    where nth = 1 and granted
)
select
    orders, orders_with_customer, first_order, last_order, sold_skus, sold_skus_known,
    products, with_gtin, first_price, with_price, with_cost, with_price_changes,
    customers, with_email, with_consent
from sold
cross join sold_products
cross join known
cross join people
cross join statements
