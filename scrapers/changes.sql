-- How what a crawl saw compares with what was known of the site before: offers by what became of them. `pages` are the
-- pages it meant to read, by canonical address, and whether the shop answered what is on them.
with before as (
    select
        offer_id, url, price, currency, observed_at,
        row_number() over (partition by offer_id order by observed_at desc, crawl_id desc) as nth
    from offers
    where site = $site and crawl_id <> $crawl_id and observed_at >= $since and observed_at < $started_at
),
compared as (
    select
        b.offer_id as known, s.offer_id as seen, b.price as was, s.price as price, b.currency as was_in, s.currency,
        b.observed_at as last_seen, p.answered
    from (select * from before where nth = 1) b
    full join (select * from offers where site = $site and crawl_id = $crawl_id) s on s.offer_id = b.offer_id
    left join pages p on p.url = b.url
)
select
    count(*) filter (where seen is null and answered and last_seen >= $gone_since) as gone,
    count(*) filter (where was <> price and was_in = currency) as changed,
    count(*) filter (where known is null) as appeared,
    count(*) filter (where seen is null and not answered and last_seen < $stale_before) as stale
from compared
