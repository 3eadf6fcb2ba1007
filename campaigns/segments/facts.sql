-- One row a customer: what is known of them at the end of the day `today` of each store in scope.
-- `store_days` (store_id, timezone, today) holds the stores in scope; orders of other stores do not count.
with lines as (
    select
        o.customer_id,
        -- Stores number their orders independently; the length keeps any two pairs of ids apart.
        cast(length(o.store_id) as varchar) || o.store_id || o.order_id as order_key,
        o.amount,
        o.currency,
        o.line_kind = 'product' and o.quantity > 0 as bought,
        timezone(d.timezone, o.ordered_at)::date as ordered_on,
        d.today
    from orders as o
    join store_days as d on d.store_id = o.store_id
    where o.customer_id is not null
),
buyers as (
    select
        customer_id,
        count(distinct case when bought then order_key end) as orders,
        sum(case when currency = $currency then amount end) as spend,
        min(case when bought then today::date - ordered_on::date end) as days_since_last_order,
        max(case when bought then today::date - ordered_on::date end) as days_since_first_order
    from lines
    where ordered_on <= today
    group by customer_id
)
select
    coalesce(b.customer_id, c.customer_id) as customer_id,
    coalesce(b.orders, 0) as orders,
    coalesce(b.spend, 0) as spend,
    b.days_since_last_order,
    b.days_since_first_order,
    c.country,
    c.language
from buyers as b
full join customers as c on c.customer_id = b.customer_id
