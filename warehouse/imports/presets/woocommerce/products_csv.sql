-- The product exporter of WooCommerce itself. Dates are days of the shop's own clock, the last of a sale included.
with products as (
    select *, lower("Type") as type,
        coalesce("Sale price" is not null
            and coalesce(as_day(substr("Date sale price starts", 1, 10)) <= store_day(), true)
            and coalesce(as_day(substr("Date sale price ends", 1, 10)) >= store_day(), true), false) as on_sale
    from (select *, shop_sku("SKU", null, "ID") as own_sku from file))
select
    _line,
    case
        when regexp_matches(type, '\b(variable|grouped)\b') then 'product sold by its variations alone'
        when contains(type, 'external') then 'product sold elsewhere'
    end as _left_out,
    own_sku as sku,
    "Parent" as parent_sku,
    "Name" as title,
    coalesce("Brands", "Brand") as brand,
    nullif(string_split(replace("Categories", '\,', chr(31)), ', ')[1], '') as category,
    gtin_or_null("GTIN, UPC, EAN, or ISBN") as gtin,
    case "Published" when '1' then 'active' else 'inactive' end as status,
    string_split("Images", ', ')[1] as image_url,
    case when on_sale then "Sale price" else "Regular price" end as price,
    case when on_sale and "Regular price" > "Sale price" then "Regular price" end as list_price,
    on_sale as on_promotion,
    case when on_sale then 'sale ' || substr("Date sale price starts", 1, 10) end as promotion_id,
    "Cost of goods" as cost,
    case when "In stock?" = '0' then 0 else "Stock" end as stock
from products
