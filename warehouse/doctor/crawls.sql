-- The newest crawl of each site that was not told to stop early, and what crawls of the same scope before it that did
-- not fail had given: the last five in the middle, the last ten added up, and how far these ten lie apart (`spread`:
-- 1 is what chance alone would do to shares of such counts, the mean of squared Pearson residuals). `usual_moved` is
-- the share of offers known before that had another price, in the middle of these ten.
with ranked as (
    select
        site, crawl_id, started_at, finished_at, outcome, coalesce(scope, 'all') as scope, planned, fetched, offers,
        priced, failures, rendered, not_modified, refused, gone, changed, appeared, stale,
        row_number() over (partition by site order by finished_at desc, crawl_id desc) as nth
    from crawls
    where finished_at <= $now and coalesce(scope, 'all') <> 'limited'
),
newest as (
    select * from ranked where nth = 1
),
earlier as (
    select
        e.site, e.planned, e.fetched, e.offers, e.priced,
        cast(e.changed as double) / nullif(cast(e.offers - e.appeared as double), 0) as moved,
        row_number() over (partition by e.site order by e.nth) as back
    from ranked e
    join newest n on n.site = e.site and n.scope = e.scope
    where e.nth > 1 and e.outcome <> 'failed' and e.planned > 0 and e.offers > 0
),
usual as (
    select site, median(cast(offers as double)) as offers, median(cast(priced as double)) as priced
    from earlier
    where back <= 5
    group by site
),
pooled as (
    select
        site, count(*) as crawls, sum(planned) as planned, sum(fetched) as fetched, sum(offers) as offers,
        sum(priced) as priced, median(moved) as usual_moved,
        -- Never 0 or 1, of which no residual can be taken.
        cast(sum(fetched) + 1 as double) / nullif(sum(planned) + 2, 0) as reach,
        cast(sum(priced) + 1 as double) / nullif(sum(offers) + 2, 0) as fill
    from earlier
    where back <= 10
    group by site
),
apart as (
    select
        e.site,
        sum(power(cast(e.fetched as double) / nullif(e.planned, 0) - p.reach, 2) * e.planned
            / nullif(cast(p.reach * (1 - p.reach) as double), 0)) / nullif(cast(count(*) - 1 as double), 0) as reach_spread,
        sum(power(cast(e.priced as double) / nullif(e.offers, 0) - p.fill, 2) * e.offers
            / nullif(cast(p.fill * (1 - p.fill) as double), 0)) / nullif(cast(count(*) - 1 as double), 0) as fill_spread
    from earlier e
    join pooled p on p.site = e.site
    where e.back <= 10
    group by e.site
)
select
    n.site, n.crawl_id, n.started_at, n.finished_at, n.outcome, n.scope, n.planned, n.fetched, n.offers, n.priced,
    n.failures, n.rendered, n.not_modified, n.refused, n.gone, n.changed, n.appeared, n.stale,
    coalesce(p.crawls, 0) as earlier_crawls, u.offers as usual_offers, u.priced as usual_priced,
    p.planned as earlier_planned, p.fetched as earlier_fetched, a.reach_spread,
    p.offers as earlier_offers, p.priced as earlier_priced, a.fill_spread, p.usual_moved
from newest n
left join usual u on u.site = n.site
left join pooled p on p.site = n.site
left join apart a on a.site = n.site
