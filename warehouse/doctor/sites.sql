-- When each site's offers were last seen.
select site, max(observed_at) as newest
from offers
where observed_at <= $now
group by site
