-- The products that are sold: those not said to be withdrawn.
select sku, title, brand, gtin, pack_size, pack_unit
from products
where coalesce(status, 'active') = 'active'
