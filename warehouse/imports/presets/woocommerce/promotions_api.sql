-- Sale prices with a beginning.
select
    _line,
    'sale ' || substr("date_on_sale_from_gmt", 1, 10) as promotion_id,
    shop_sku("sku", "id", null) as sku,
    "date_on_sale_from_gmt" || 'Z' as starts_at,
    "date_on_sale_to_gmt" || 'Z' as ends_at,
    money("sale_price") as price
from file
where "date_on_sale_from_gmt" is not null and money("sale_price") is not null
    and coalesce("type", '') not in ('variable', 'grouped', 'external')
