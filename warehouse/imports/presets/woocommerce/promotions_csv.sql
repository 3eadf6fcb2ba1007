-- Sale prices with a beginning. The last day is part of the sale.
select
    _line,
    'sale ' || substr("Date sale price starts", 1, 10) as promotion_id,
    shop_sku("SKU", null, "ID") as sku,
    substr("Date sale price starts", 1, 10) as starts_at,
    as_day(substr("Date sale price ends", 1, 10)) + 1 as ends_at,
    "Sale price" as price
from file
where "Sale price" is not null and "Date sale price starts" is not null
    and not regexp_matches(lower("Type"), '\b(variable|grouped|external)\b')
