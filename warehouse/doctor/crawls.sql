-- The newest crawl of each site, and what the five before it that did not fail gave in the middle.
with ranked as (
    select
        site, crawl_id, finished_at, outcome, planned, offers, priced,
        row_number() over (partition by site order by finished_at desc, crawl_id desc) as nth
    from crawls
    where finished_at <= $now
),
earlier as (
    select
        e.site, e.offers, e.priced,
        row_number() over (partition by e.site order by e.nth) as back
    from ranked e
    where e.nth > 1 and e.outcome <> 'failed'
),
usual as (
    select
        site,
        count(*) as crawls,
        median(cast(offers as double)) as offers,
        median(cast(priced as double)) as priced
    from earlier
    where back <= 5
    group by site
)
select
    r.site, r.finished_at, r.outcome, r.planned, r.offers, r.priced,
    coalesce(u.crawls, 0) as earlier_crawls, u.offers as usual_offers, u.priced as usual_priced
from ranked r
left join usual u on u.site = r.site
where r.nth = 1
