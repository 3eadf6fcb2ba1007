-- Orders of the REST API (wc/v3), one a line. A refund may be a summary (id, total), as in the order, or the whole
-- refund, as orders/<id>/refunds gives it. Amounts are net of tax, which stands beside them.
with told as (
    select
        _line as sale,
        _line,
        case
            when "status" = 'pending' then 'awaiting payment'
            when ends_with("status", 'draft') then 'draft'
        end as left_out,
        null::varchar as store_id,
        coalesce("number", "id") as order_id,
        coalesce("date_created_gmt" || 'Z', "date_created") as ordered_at,
        nullif("customer_id", '0') as customer_id,
        "billing" ->> 'email' as email,
        "currency" as currency,
        "coupon_lines" -> 0 ->> 'code' as coupon,
        case "created_via" when 'checkout' then 'web' when 'store-api' then 'web' when 'admin' then 'phone'
            else "created_via" end as channel,
        "status" as status,
        coalesce("prices_include_tax" = 'true', false) as taxes_included,
        "status" in ('cancelled', 'failed', 'trash') as unsold,
        money("total") as total,
        money("total_tax") as total_tax,
        "line_items" as items,
        "shipping_lines" as shipping,
        "fee_lines" as fees,
        "refunds" as refunds
    from file),
items as (
    select sale, _line, unnest(elements(items)) as item, 'product' as line_kind, '' as prefix from told
    union all by name
    select sale, _line, unnest(elements(shipping)) as item, 'shipping' as line_kind, 'shipping-' as prefix from told
    union all by name
    select sale, _line, unnest(elements(fees)) as item, 'fee' as line_kind, 'fee-' as prefix from told),
lines as (
    select sale, _line, prefix || (item ->> 'id') as line_id, line_kind,
        case when line_kind = 'product' then shop_sku(item ->> 'sku', item ->> 'variation_id', item ->> 'product_id')
            end as sku,
        case when line_kind = 'product' then item ->> 'name' end as title,
        case when line_kind = 'product' then money(item ->> 'quantity') else 1 end as quantity,
        money(item ->> 'price') as unit_price,
        case when line_kind = 'product' then money(item ->> 'subtotal') - money(item ->> 'total') end as discount,
        money(item ->> 'total') as net,
        money(item ->> 'total_tax') as tax
    from items
    where line_kind = 'product' or money(item ->> 'total') is distinct from 0),
refunds as (
    select sale, _line, refund, refund ->> 'id' as id,
        coalesce((refund ->> 'date_created_gmt') || 'Z', refund ->> 'date_created') as refunded_at,
        abs(coalesce(money(refund ->> 'amount'), money(refund ->> 'total'))) as refunded
    from (select sale, _line, unnest(elements(refunds)) as refund from told)),
returned as (
    select sale, _line, id, refunded_at, unnest(elements(refund -> 'line_items')) as item, 'product' as line_kind
    from refunds
    union all by name
    select sale, _line, id, refunded_at, unnest(elements(refund -> 'shipping_lines')) as item,
        'shipping' as line_kind
    from refunds
    union all by name
    select sale, _line, id, refunded_at, unnest(elements(refund -> 'fee_lines')) as item, 'fee' as line_kind
    from refunds),
returned_lines as (
    select sale, _line, id, 'refund-' || id || '-' || (item ->> 'id') as line_id, line_kind,
        case when line_kind = 'product' then shop_sku(item ->> 'sku', item ->> 'variation_id', item ->> 'product_id')
            end as sku,
        case when line_kind = 'product' then -abs(money(item ->> 'quantity')) else -1 end as quantity,
        -abs(money(item ->> 'total')) as net,
        -abs(coalesce(money(item ->> 'total_tax'), 0)) as tax,
        refunded_at
    from returned),
-- What went back beyond the lines that are told, its tax by the order's own share of tax.
returned_rest as (
    select r.sale, r._line, r.id, r.refunded_at, r.refunded, s.total, s.total_tax,
        r.refunded + coalesce((select sum(net + tax) from returned_lines l where l.sale = r.sale and l.id = r.id), 0)
            as rest
    from refunds r join told s using (sale)),
sales as (
    select t.*, r.back_at is not null as all_back, nullif(r.back_at, '') as back_at
    from told t
    left join (
        select sale, any_value(coalesce(refunded_at, '')) as back_at
        from returned_rest
        where rest = total and total > 0
        group by sale) r using (sale)),
parts as (
    select *, false as refund, null::varchar as refunded_at from lines
    union all by name
    select * exclude (id), true as refund from returned_lines
    union all by name
    select sale, _line, 'refund-' || id as line_id, 'fee' as line_kind, -1 as quantity,
        -(rest - part_of(rest, total_tax, total)) as net, -part_of(rest, total_tax, total) as tax,
        true as refund, refunded_at
    from returned_rest
    where rest <> 0 and rest <> total)
