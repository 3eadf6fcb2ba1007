-- An offer counts once however often it was crawled: its newest observation is the one judged.
with seen as (
    select site, url, arg_max(price, observed_at) as price, arg_max(availability, observed_at) as availability
    from offers
    group by site, url
),
judged as (
    select
        coalesce(t.site, s.site) as site,
        t.url as sold_url,
        s.url as seen_url,
        s.price = t.price as price_right,
        s.availability = t.availability as stock_right
    from true_offers t
    full outer join seen s on s.site = t.site and s.url = t.url
)
select
    site,
    count(sold_url) as sold,
    count(seen_url) filter (where sold_url is not null) as seen,
    count(*) filter (where price_right) as price_right,
    count(*) filter (where stock_right) as stock_right,
    count(*) filter (where sold_url is null) as invented
from judged
group by site
having count(sold_url) > 0
