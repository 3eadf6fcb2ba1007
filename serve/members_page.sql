-- The next members of a segment as computed in a version, by customer_id.
with following as (
  select customer_id, row_number() over (order by customer_id) as nth
  from segment_members
  where segment = $segment and version = $version and customer_id > $after
)
select customer_id
from following
where nth <= $most
