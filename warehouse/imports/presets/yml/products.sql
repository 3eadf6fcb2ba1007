-- An offer of the feed.
select
    _line,
    "@id" as sku,
    "@group_id" as parent_sku,
    coalesce("name", nullif(concat_ws(' ', "typePrefix", "vendor", "model"), '')) as title,
    "vendor" as brand,
    "category_path" as category,
    gtin_or_null(split_part("barcode", chr(10), 1)) as gtin,
    "vendorCode" as mpn,
    "param" as attributes,
    'active' as status,
    "url" as url,
    split_part("picture", chr(10), 1) as image_url,
    "price" as price,
    case when "oldprice" > "price" then "oldprice" end as list_price,
    coalesce("oldprice" > "price", false) as on_promotion,
    "purchase_price" as cost,
    case when "@available" = 'false' or "disabled" = 'true' then 0 else "count" end as stock,
    -- RUR is the old code, which feeds still carry.
    case upper("currencyId") when 'RUR' then 'RUB' else upper("currencyId") end as currency
from file
