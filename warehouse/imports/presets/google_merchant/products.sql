-- A product of the feed: what is sold under an id, at the sale price while that holds.
with products as (
    select *,
        priced_amount("price") as full_price,
        priced_amount("sale_price") as reduced,
        coalesce(moment(split_part("sale_price_effective_date", '/', 1)) <= getvariable('now'), true)
            and coalesce(moment(split_part("sale_price_effective_date", '/', 2)) > getvariable('now'), true) as now_on
    from file)
select
    _line,
    "id" as sku,
    "item_group_id" as parent_sku,
    "title" as title,
    "brand" as brand,
    coalesce("product_type", case when not regexp_full_match("google_product_category", '\d+')
        then "google_product_category" end) as category,
    gtin_or_null("gtin") as gtin,
    "mpn" as mpn,
    'active' as status,
    "link" as url,
    "image_link" as image_url,
    case when reduced < full_price and now_on then cast(reduced as varchar) else coalesce(cast(full_price as varchar), "price") end as price,
    case when reduced < full_price and now_on then full_price end as list_price,
    coalesce(reduced < full_price and now_on, false) as on_promotion,
    case when reduced < full_price and now_on
        then 'sale ' || substr("sale_price_effective_date", 1, 10) end as promotion_id,
    priced_amount("cost_of_goods_sold") as cost,
    case when lower(replace("availability", ' ', '_')) in ('out_of_stock', 'outofstock') then 0 end as stock,
    priced_currency("price") as currency
from products
