-- When each page of a site was last read with an offer on it.
select o.url, max(o.observed_at) as observed_at
from offers as o
where o.site = $site
group by o.url
