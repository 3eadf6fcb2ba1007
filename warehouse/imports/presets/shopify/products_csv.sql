-- The products export: one row of each variant, with more rows for further pictures. What concerns the product as a
-- whole stands on its first row.
with variants as (
    select
        _line,
        "Handle" as handle,
        first_value("Title" ignore nulls) over product as title,
        first_value("Vendor" ignore nulls) over product as brand,
        coalesce(
            first_value("Product Category" ignore nulls) over product,
            first_value("Type" ignore nulls) over product) as category,
        lower(coalesce(
            first_value("Status" ignore nulls) over product,
            case lower(first_value("Published" ignore nulls) over product) when 'false' then 'draft' else 'active' end
        )) as status,
        coalesce("Variant Image", first_value("Image Src" ignore nulls) over product) as image_url,
        first_value("Option1 Name" ignore nulls) over product as option1,
        first_value("Option2 Name" ignore nulls) over product as option2,
        first_value("Option3 Name" ignore nulls) over product as option3,
        count("Variant Price") over product as variants,
        * exclude (_line)
    from file
    window product as (
        partition by "Handle" order by _line rows between unbounded preceding and unbounded following))
select
    _line,
    null as _left_out,
    "Variant SKU" as sku,
    case when variants > 1 then handle end as parent_sku,
    titled(title, nullif(concat_ws(' / ', "Option1 Value", "Option2 Value", "Option3 Value"), '')) as title,
    brand,
    category,
    gtin_or_null("Variant Barcode") as gtin,
    case when "Option1 Value" is distinct from 'Default Title' then options_object(
        [option1, option2, option3], ["Option1 Value", "Option2 Value", "Option3 Value"]) end as attributes,
    case status when 'active' then 'active' when 'archived' then 'discontinued' else 'inactive' end as status,
    image_url,
    "Variant Price" as price,
    case when "Variant Compare At Price" > "Variant Price" then "Variant Compare At Price" end as list_price,
    coalesce("Variant Compare At Price" > "Variant Price", false) as on_promotion,
    "Cost per item" as cost,
    case when "Variant Inventory Tracker" is not null then "Variant Inventory Qty" end as stock
from variants
where "Variant SKU" is not null and "Variant Price" is not null
union all by name
select _line, 'variant without a SKU' as _left_out
from variants
where "Variant SKU" is null and "Variant Price" is not null
