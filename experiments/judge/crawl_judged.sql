-- An offer counts once however often it was crawled: its newest observation is the one judged.
with seen as (
    select site, url, arg_max(price, observed_at) as price
    from offers
    group by site, url
)
select
    t.site,
    count(*) as sold,
    count(s.url) as seen,
    count(*) filter (where s.price = t.price) as price_right
from true_offers t
left join seen s on s.site = t.site and s.url = t.url
group by t.site
