-- What reading kept pages again changes in a crawl's prices: `fetched` are the moments at which the pages read again
-- were fetched, `read_again` the offers now read from them.
with before as (
    select o.offer_id, o.url, o.title, o.price, o.currency, f.observed_at as fetched_at
    from offers o
    left join fetched f on f.observed_at = o.observed_at
    where o.crawl_id = $crawl_id
),
compared as (
    select
        coalesce(a.offer_id, b.offer_id) as offer_id, coalesce(a.url, b.url) as url, coalesce(a.title, b.title) as title,
        b.price as was, b.currency as was_in, a.price, a.currency,
        case
            when b.price is null and a.price is not null then 'newly read'
            when b.price is not null and a.price is null then 'lost'
            when b.price <> a.price or coalesce(b.currency, '') <> coalesce(a.currency, '') then 'changed'
        end as change
    from before b
    full join read_again a on a.offer_id = b.offer_id
    where a.offer_id is not null or b.fetched_at is not null
)
select offer_id, url, title, was, was_in, price, currency, change
from compared
where change is not null
