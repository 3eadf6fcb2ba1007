-- Reductions with a beginning. The last day is part of the promotion.
select
    _line,
    'sale ' || loose_day("Discount from (yyyy-mm-dd)") as promotion_id,
    shop_sku("Reference #", null, "Product ID") as sku,
    loose_day("Discount from (yyyy-mm-dd)") as starts_at,
    loose_day(nullif("Discount to (yyyy-mm-dd)", '0000-00-00')) + 1 as ends_at,
    case when "Discount amount" > 0 then coalesce("Price tax included", "Price tax excluded") - "Discount amount" end
        as price,
    nullif("Discount percent", 0) as discount_percent
from file
where loose_day(nullif("Discount from (yyyy-mm-dd)", '0000-00-00')) is not null
    and ("Discount amount" > 0 or "Discount percent" > 0)
