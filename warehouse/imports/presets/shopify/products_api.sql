-- Product variants of the Admin API, one a line, each with its product.
with variants as (
    select
        _line,
        trim("sku") as sku,
        "product" as product,
        money("price") as price,
        money("compareAtPrice") as compared,
        "title" as variant,
        "barcode" as barcode,
        "inventoryQuantity" as stock,
        "inventoryItem" as item,
        from_json(coalesce("selectedOptions", '[]'), '[{"name": "VARCHAR", "value": "VARCHAR"}]') as options
    from file)
select
    _line,
    case
        when product ->> 'isGiftCard' = 'true' then 'gift card'
        when coalesce(sku, '') = '' then 'variant without a SKU'
    end as _left_out,
    sku,
    case when variant <> 'Default Title' then product ->> 'handle' end as parent_sku,
    titled(product ->> 'title', variant) as title,
    product ->> 'vendor' as brand,
    coalesce(product -> 'category' ->> 'fullName', nullif(product ->> 'productType', '')) as category,
    gtin_or_null(barcode) as gtin,
    case when variant <> 'Default Title' then options_object(
        list_transform(options, lambda o: o.name), list_transform(options, lambda o: o.value)) end as attributes,
    case product ->> 'status' when 'ACTIVE' then 'active' when 'ARCHIVED' then 'discontinued' else 'inactive' end
        as status,
    substr(product ->> 'publishedAt', 1, 10) as launched_on,
    product ->> 'onlineStoreUrl' as url,
    product -> 'featuredMedia' -> 'preview' -> 'image' ->> 'url' as image_url,
    price,
    case when compared > price then compared end as list_price,
    coalesce(compared > price, false) as on_promotion,
    money(item -> 'unitCost' ->> 'amount') as cost,
    case when item ->> 'tracked' = 'true' then stock end as stock
from variants
