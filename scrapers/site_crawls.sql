-- The crawls of a site that are over.
select crawl_id, started_at
from crawls
where site = $site
