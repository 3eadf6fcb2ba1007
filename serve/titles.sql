-- What the products are called.
select sku, title
from products
where title is not null
