-- One row a member of a segment: how to reach them, and whether they consent (`consented`: customer_id).
select
    m.customer_id,
    k.customer_id is not null as consents,
    c.email,
    c.phone,
    c.country
from members as m
left join customers as c on c.customer_id = m.customer_id
left join consented as k on k.customer_id = m.customer_id
