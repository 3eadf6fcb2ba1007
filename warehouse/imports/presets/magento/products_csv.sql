-- The product export. Rows of a store view repeat a product with that view's own texts; the row without one is it.
with products as (
    select *,
        "special_price" < "price"
            and coalesce(loose_day("special_price_from_date") <= store_day(), true)
            and coalesce(loose_day("special_price_to_date") >= store_day(), true) as on_sale,
        map_from_entries(list_transform(
            list_filter(
                string_split(regexp_replace("additional_attributes", ',([a-z0-9_]+=)', chr(31) || '\1', 'g'), chr(31)),
                lambda a: contains(a, '=')),
            lambda a: row(split_part(a, '=', 1), substr(a, instr(a, '=') + 1)))) as more
    from (select * replace (coalesce("additional_attributes", '') as "additional_attributes") from file)
    where "store_view_code" is null)
select
    _line,
    case when "product_type" in ('configurable', 'grouped', 'bundle') then 'product sold by its parts alone' end
        as _left_out,
    "sku" as sku,
    "name" as title,
    coalesce(more['brand'], more['manufacturer']) as brand,
    replace(regexp_replace(split_part("categories", ',', 1), '^Default Category/?', ''), '/', ' > ') as category,
    gtin_or_null(coalesce(more['gtin'], more['ean'], more['barcode'])) as gtin,
    case "product_online" when '1' then 'active' when '2' then 'inactive' end as status,
    loose_day("created_at") as launched_on,
    case when on_sale then "special_price" else "price" end as price,
    case when on_sale then "price" end as list_price,
    coalesce(on_sale, false) as on_promotion,
    case when on_sale then 'sale ' || loose_day("special_price_from_date") end as promotion_id,
    coalesce("cost", as_money(more['cost'])) as cost,
    case when "is_in_stock" = '0' then 0 else "qty" end as stock
from products
