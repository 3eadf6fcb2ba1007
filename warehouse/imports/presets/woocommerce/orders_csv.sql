-- "One row per item" of the extension Customer/Order/Coupon Export: what concerns the order stands on each of its rows.
with heads as (
    select
        coalesce("order_number", "order_id") as sale,
        min(_line) as _line,
        any_value(lower("status")) as status,
        any_value("date") as ordered_at,
        any_value(nullif("customer_id", '0')) as customer_id,
        any_value(coalesce("billing_email", "customer_email")) as email,
        any_value("order_currency") as currency,
        any_value("order_total") as total,
        any_value(coalesce("tax_total", 0)) as total_tax,
        any_value(coalesce("shipping_total", 0)) as shipping,
        any_value(coalesce("shipping_tax_total", 0)) as shipping_tax,
        any_value(coalesce("fee_total", 0)) as fee,
        any_value(coalesce("fee_tax_total", 0)) as fee_tax,
        any_value(abs(coalesce("refunded_total", 0))) as refunded
    from file
    group by 1),
sales as (
    select *,
        case
            when status = 'pending' then 'awaiting payment'
            when ends_with(status, 'draft') then 'draft'
        end as left_out,
        null::varchar as store_id,
        sale as order_id,
        null::varchar as coupon,
        'web' as channel,
        -- The export does not say; a store that sells with tax says so of itself.
        true as taxes_included,
        status in ('cancelled', 'failed', 'trash') as unsold,
        false as all_back,
        null::varchar as back_at
    from heads),
items as (
    select coalesce("order_number", "order_id") as sale, _line, "item_id" as line_id,
        shop_sku("item_sku", null, "item_product_id") as sku, "item_name" as title, "item_quantity" as quantity,
        "item_subtotal" - "item_total" as discount, "item_total" as net, coalesce("item_total_tax", 0) as tax,
        -abs(coalesce("item_refunded_qty", 0)) as returned, -abs(coalesce("item_refunded", 0)) as repaid
    from file),
repaid as (
    select sale, _line, 'refund-' || line_id as line_id, sku, title, returned as quantity, repaid as net,
        coalesce(part_of(repaid, tax, net), 0) as tax
    from items
    where repaid <> 0 or returned <> 0),
unexplained as (
    select s.*, refunded + coalesce((select sum(net + tax) from repaid r where r.sale = s.sale), 0) as rest from sales s),
parts as (
    select sale, _line, line_id, 'product' as line_kind, sku, title, quantity, null as unit_price, discount, net, tax,
        false as refund, null::varchar as refunded_at
    from items
    union all by name
    select sale, _line, 'shipping' as line_id, 'shipping' as line_kind, 1 as quantity, shipping as net,
        shipping_tax as tax
    from sales
    where shipping <> 0
    union all by name
    select sale, _line, 'fee' as line_id, 'fee' as line_kind, 1 as quantity, fee as net, fee_tax as tax
    from sales
    where fee <> 0
    union all by name
    select *, 'product' as line_kind, true as refund from repaid
    union all by name
    select sale, _line, 'refund' as line_id, 'fee' as line_kind, -1 as quantity,
        -(rest - part_of(rest, total_tax, total)) as net, -part_of(rest, total_tax, total) as tax, true as refund
    from unexplained
    where rest <> 0)
