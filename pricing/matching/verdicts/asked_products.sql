-- The products asked for that there are.
select sku, title from products where sku in (select sku from asked_products)
