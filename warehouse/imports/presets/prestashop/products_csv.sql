-- The columns of the product import (and of exports that can be imported again).
with products as (
    select *,
        coalesce("Price tax included", "Price tax excluded") as full_price,
        coalesce(nullif("Discount amount", 0), 0) as off,
        coalesce(nullif("Discount percent", 0), 0) as percent,
        coalesce(loose_day(nullif("Discount from (yyyy-mm-dd)", '0000-00-00')) <= store_day(), true)
            and coalesce(loose_day(nullif("Discount to (yyyy-mm-dd)", '0000-00-00')) >= store_day(), true) as now_on
    from file),
priced as (
    select *, (off > 0 or percent > 0) and now_on as on_sale,
        cast(round(full_price - off - cast(full_price * percent as decimal(24, 8)) * 0.01, 4) as decimal(18, 4)) as reduced
    from products)
select
    _line,
    shop_sku("Reference #", null, "Product ID") as sku,
    "Name *" as title,
    "Manufacturer" as brand,
    split_part("Categories (x,y,z...)", ',', 1) as category,
    gtin_or_null(coalesce(nullif("EAN13", '0'), "UPC")) as gtin,
    "MPN" as mpn,
    case "Active (0/1)" when '1' then 'active' when '0' then 'inactive' end as status,
    loose_day(nullif("Product creation date", '0000-00-00')) as launched_on,
    split_part("Image URLs (x,y,z...)", ',', 1) as image_url,
    case when on_sale then reduced else full_price end as price,
    case when on_sale then full_price end as list_price,
    on_sale as on_promotion,
    case when on_sale then 'sale ' || loose_day(nullif("Discount from (yyyy-mm-dd)", '0000-00-00')) end as promotion_id,
    "Wholesale price" as cost,
    "Quantity" as stock
from priced
