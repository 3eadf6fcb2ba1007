-- One row a store and currency there are orders in: the store's timezone (UTC where the store is not described) and
-- when it was last ordered from.
select
    o.store_id,
    o.currency,
    max(coalesce(s.timezone, 'UTC')) as timezone,
    max(case when o.line_kind = 'product' and o.quantity > 0 then o.ordered_at end) as last_ordered_at
from orders as o
left join stores as s on s.store_id = o.store_id
group by o.store_id, o.currency
