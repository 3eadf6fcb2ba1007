with seen as (
    select distinct site, url, offer_id from offers
),
found as (
    select offer_id, sku from matches where verdict = 'match'
)
select
    s.site,
    count(f.sku) as matched,
    count(*) filter (where f.sku = t.sku) as right_matches,
    count(distinct case when t.sku is not null then s.offer_id end) as true_matches
from seen s
left join true_offers t on t.site = s.site and t.url = s.url
left join found f on f.offer_id = s.offer_id
group by s.site
