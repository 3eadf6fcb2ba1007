-- Lines of orders as the query in this package's docstring gives them: what concerns the order stands on each row.
with heads as (
    select
        "id_order" as sale,
        min(_line) as _line,
        "id_order" as order_id,
        any_value("date_add") as ordered_at,
        any_value("id_customer") as customer_id,
        any_value("currency") as currency,
        any_value("module") as module,
        any_value("current_state") as state,
        any_value("valid") as valid,
        any_value("total_paid_tax_incl") as total,
        any_value("total_paid_tax_excl") as net,
        any_value(coalesce("total_shipping_tax_incl", 0)) as shipping,
        any_value(coalesce("total_shipping_tax_excl", "total_shipping_tax_incl", 0)) as shipping_net,
        any_value(coalesce("total_discounts_tax_incl", 0)) as discounts,
        any_value(coalesce("total_discounts_tax_excl", "total_discounts_tax_incl", 0)) as discounts_net
    from file
    group by "id_order"),
sales as (
    select *,
        null::varchar as left_out,
        null::varchar as store_id,
        null::varchar as email,
        null::varchar as coupon,
        'web' as channel,
        case state when '6' then 'cancelled' when '7' then 'refunded' when '8' then 'payment error' else state end
            as status,
        true as taxes_included,
        state in ('6', '8') as unsold,
        false as all_back,
        null::varchar as back_at,
        total - net as total_tax
    from heads),
weighed as (
    select "id_order" as sale, *,
        row_number() over (partition by "id_order" order by "id_order_detail") as place,
        weight("total_price_tax_incl") as own
    from file),
-- Vouchers are told of the order: they are shared out by what each line costs.
shared as (
    select w.*, s.discounts, s.discounts_net,
        case when sum(own) over whole = 0 then 1::hugeint else own end as own_weight
    from weighed w join sales s using (sale)
    window whole as (partition by sale)),
items as (
    select *,
        share(discounts, own_weight, cast(sum(own_weight) over upto as hugeint),
            cast(sum(own_weight) over whole as hugeint)) as off,
        share(discounts_net, own_weight, cast(sum(own_weight) over upto as hugeint),
            cast(sum(own_weight) over whole as hugeint)) as off_net
    from shared
    window whole as (partition by sale), upto as (partition by sale order by place)),
lines as (
    select sale, _line, "id_order_detail" as line_id, 'product' as line_kind,
        shop_sku("product_reference", null, "product_id") as sku, "product_name" as title,
        "product_quantity" as quantity, "unit_price_tax_incl" as unit_price, off as discount,
        round("total_price_tax_excl", 2) - off_net as net,
        round("total_price_tax_incl", 2) - off - (round("total_price_tax_excl", 2) - off_net) as tax,
        coalesce("product_quantity_refunded", 0) + coalesce("product_quantity_return", 0) as returned,
        coalesce("total_refunded_tax_incl", 0) as repaid,
        coalesce("total_refunded_tax_excl", 0) as repaid_net
    from items),
parts as (
    select * exclude (returned, repaid, repaid_net), false as refund, null::varchar as refunded_at from lines
    union all by name
    select sale, _line, 'shipping' as line_id, 'shipping' as line_kind, 1 as quantity, shipping_net as net,
        shipping - shipping_net as tax
    from sales
    where shipping <> 0
    union all by name
    -- Without the sums that newer versions keep, what came back is worth what it cost.
    select sale, _line, 'refund-' || line_id as line_id, line_kind, sku, title, -returned as quantity, unit_price,
        case when repaid <> 0 then -repaid_net else -part_of(returned, net, quantity) end as net,
        case when repaid <> 0 then repaid_net - repaid else -part_of(returned, tax, quantity) end as tax,
        true as refund
    from lines
    where returned <> 0 or repaid <> 0)
