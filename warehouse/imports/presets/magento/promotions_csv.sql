-- Special prices with a beginning. The last day is part of the promotion.
select
    _line,
    'sale ' || loose_day("special_price_from_date") as promotion_id,
    "sku" as sku,
    loose_day("special_price_from_date") as starts_at,
    loose_day("special_price_to_date") + 1 as ends_at,
    "special_price" as price
from file
where "store_view_code" is null and "special_price" is not null and loose_day("special_price_from_date") is not null
    and coalesce("product_type", '') not in ('configurable', 'grouped', 'bundle')
