-- The newest crawls of a site.
with ranked as (
  select c.*, row_number() over (order by c.finished_at desc, c.crawl_id desc) as nth
  from crawls as c
  where c.site = $site
)
select
  crawl_id, site, finished_at, planned, fetched, offers, priced, failures, outcome, refused, gone, changed, appeared,
  stale
from ranked
where nth <= 10
