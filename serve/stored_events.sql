-- Which of the sent events were stored by the commit with this stamp.
select distinct e.event_id
from events e
join sent s on s.event_id = e.event_id
where e.received_at = $received_at
