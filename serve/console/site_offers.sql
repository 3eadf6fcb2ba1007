-- The newest offers of a site's newest crawl that brought any.
with crawled as (
  select c.crawl_id, row_number() over (order by c.finished_at desc, c.crawl_id desc) as nth
  from crawls as c
  where c.site = $site and c.offers > 0
),
ranked as (
  select o.*, count(*) over () as offers_read, row_number() over (order by o.observed_at desc, o.offer_id) as nth
  from offers as o
  join crawled on crawled.crawl_id = o.crawl_id and crawled.nth = 1
  where o.site = $site
)
select
  crawl_id, offer_id, url, seller, title, gtin, price, list_price, currency, availability, source, confidence, evidence,
  observed_at, offers_read
from ranked
where nth <= 20
