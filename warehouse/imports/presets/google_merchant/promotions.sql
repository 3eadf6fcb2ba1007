-- Sale prices with a time.
select
    _line,
    'sale ' || substr("sale_price_effective_date", 1, 10) as promotion_id,
    "id" as sku,
    split_part("sale_price_effective_date", '/', 1) as starts_at,
    nullif(split_part("sale_price_effective_date", '/', 2), '') as ends_at,
    priced_amount("sale_price") as price,
    priced_currency("sale_price") as currency
from file
where "sale_price" is not null and "sale_price_effective_date" is not null
