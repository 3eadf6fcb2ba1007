-- How many rows there are of what the checks ask for.
select 'products' as name, count(*) as rows from products where coalesce(status, 'active') = 'active'
union all
select 'product_history', count(*) from product_history
union all
select 'orders', count(*) from orders
union all
select 'orders_with_customer', count(*) from orders where customer_id is not null
union all
select 'orders_ahead', count(*) from orders where ordered_at > $now
union all
select 'customers', count(*) from customers
union all
select 'events', count(*) from events
union all
select 'events_ahead', count(*) from events where occurred_at > $now
union all
select 'events_received_ahead', count(*) from events where received_at > $now
union all
select 'offers', count(*) from offers
union all
select 'matches', count(*) from matches
