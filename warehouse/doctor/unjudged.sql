-- Offers under a GTIN of ours that were first seen before $seen_before: how many there are, and how many of them
-- matching has never judged. (What resembles nothing of ours gets no row in matches, so only these can tell.)
with ours as (
    select distinct gtin
    from products
    where gtin is not null and coalesce(status, 'active') = 'active'
),
theirs as (
    select distinct o.offer_id
    from offers o
    join ours p on p.gtin = o.gtin
    where o.observed_at < $seen_before
),
judged as (
    select distinct offer_id from matches
)
select count(*) as offers, count(*) filter (where j.offer_id is null) as unjudged
from theirs t
left join judged j on j.offer_id = t.offer_id
