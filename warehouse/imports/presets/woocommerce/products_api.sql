-- Products of the REST API (wc/v3), one a line, variations among them: those have a parent_id.
select
    _line,
    case
        when "type" in ('variable', 'grouped') then 'product sold by its variations alone'
        when "type" = 'external' then 'product sold elsewhere'
        when "status" = 'trash' then 'deleted product'
    end as _left_out,
    shop_sku("sku", "id", null) as sku,
    case when coalesce("parent_id", '0') <> '0' then 'id:' || "parent_id" end as parent_sku,
    "name" as title,
    "brands" -> 0 ->> 'name' as brand,
    "categories" -> 0 ->> 'name' as category,
    gtin_or_null("global_unique_id") as gtin,
    case "status" when 'publish' then 'active' else 'inactive' end as status,
    substr("date_created", 1, 10) as launched_on,
    "permalink" as url,
    coalesce("images" -> 0 ->> 'src', "image" ->> 'src') as image_url,
    money("price") as price,
    case when money("regular_price") > money("price") then money("regular_price") end as list_price,
    coalesce("on_sale" = 'true', false) as on_promotion,
    case when "on_sale" = 'true' then 'sale ' || substr("date_on_sale_from_gmt", 1, 10) end as promotion_id,
    money("cost_of_goods_sold" ->> 'total_value') as cost,
    case
        when "stock_status" = 'outofstock' then 0
        when "manage_stock" in ('true', 'parent') then money("stock_quantity")
    end as stock
from file
