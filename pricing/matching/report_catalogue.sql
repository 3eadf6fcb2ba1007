-- The products on sale, and those of them that an offer is matched to.
with matched as (
    select distinct sku from matches where verdict in ('match', 'other_pack')
)
select count(*) as products, count(m.sku) as matched
from products p
left join matched m on m.sku = p.sku
where coalesce(p.status, 'active') = 'active'
