-- How many rows each table holds, and the time of its newest.
select 'products' as name, count(*) as rows, cast(null as timestamptz) as newest from products
union all
select 'product_history', count(*), max(valid_from) from product_history
union all
select 'promotions', count(*), max(starts_at) from promotions
union all
select 'orders', count(*), max(ordered_at) from orders
union all
select 'customers', count(*), max(registered_at) from customers
union all
select 'consents', count(*), max(at) from consents
union all
select 'events', count(*), max(occurred_at) from events
union all
select 'crawls', count(*), max(finished_at) from crawls
union all
select 'offers', count(*), max(observed_at) from offers
union all
select 'matches', count(*), max(matched_at) from matches
union all
select 'price_proposals', count(*), max(proposed_at) from price_proposals
union all
select 'segment_members', count(*), max(computed_at) from segment_members
union all
select 'exposures', count(*), max(exposed_at) from exposures
union all
select 'spend', count(*), cast(max(day) as timestamptz) from spend
union all
select 'fx_rates', count(*), cast(max(day) as timestamptz) from fx_rates
union all
select 'stores', count(*), cast(null as timestamptz) from stores
union all
select 'relations', count(*), cast(null as timestamptz) from relations
union all
select 'sent_messages', count(*), max(sent_at) from sent_messages
