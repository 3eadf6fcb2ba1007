-- The newest crawl of each site.
with ranked as (
  select *, row_number() over (partition by site order by finished_at desc, crawl_id desc) as nth
  from crawls
)
select
  site, crawl_id, finished_at, planned, fetched, offers, priced, failures, outcome, refused, gone, changed, appeared,
  stale
from ranked
where nth = 1
