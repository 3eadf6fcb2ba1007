-- Matched offers that take no part in the comparison, by competitor and cause.
select site, left_out as cause, count(*) as offers
from compared
where left_out is not null and not equivalent
group by site, left_out
