-- One row per order and product bought: however many lines an order splits a product into, it is one purchase.
select
    o.store_id,
    o.order_id,
    o.sku,
    min(o.customer_id) as customer_id,
    min(o.ordered_at) as ordered_at
from orders as o
where o.line_kind = 'product'
  and o.quantity > 0
  and o.sku is not null
  and o.ordered_at < $before
  and ($store_id is null or o.store_id = $store_id)
group by o.store_id, o.order_id, o.sku
