-- Orders of the REST API (V1/orders), one a line. A configurable product's price stands with the parent item, under the
-- sku of what was chosen; the items below it repeat it without a price.
with sales as (
    select
        _line as sale,
        _line,
        case when "state" = 'pending_payment' then 'awaiting payment' end as left_out,
        -- A store of ours with the id of Magento's; another's orders go where the command says.
        (select any_value(s.store_id) from stores s where s.store_id = f."store_id") as store_id,
        "increment_id" as order_id,
        "created_at" || case when has_offset("created_at") then '' else 'Z' end as ordered_at,
        null::varchar as customer_id,
        "customer_email" as email,
        "order_currency_code" as currency,
        "coupon_code" as coupon,
        case when "remote_ip" is null then 'phone' else 'web' end as channel,
        coalesce("status", "state") as status,
        true as taxes_included,
        "state" = 'canceled' and coalesce(money("total_paid"), 0) = 0 as unsold,
        false as all_back,
        null::varchar as back_at,
        money("grand_total") as total,
        coalesce(money("tax_amount"), 0) as total_tax,
        coalesce(money("shipping_amount"), 0) + coalesce(money("shipping_discount_tax_compensation_amount"), 0)
            - coalesce(money("shipping_discount_amount"), 0) as shipping,
        coalesce(money("shipping_tax_amount"), 0) as shipping_tax,
        coalesce(money("shipping_refunded"), 0) as shipping_back,
        coalesce(money("shipping_tax_refunded"), 0) as shipping_tax_back,
        coalesce(money("total_refunded"), 0) as refunded,
        "items" as items
    from file f),
items as (
    select sale, _line, item ->> 'item_id' as line_id, item ->> 'sku' as sku, item ->> 'name' as title,
        money(item ->> 'qty_ordered') as quantity,
        money(item ->> 'price') as unit_price,
        coalesce(money(item ->> 'discount_amount'), 0) as discount,
        money(item ->> 'row_total') + coalesce(money(item ->> 'discount_tax_compensation_amount'), 0)
            - coalesce(money(item ->> 'discount_amount'), 0) as net,
        coalesce(money(item ->> 'tax_amount'), 0) as tax,
        coalesce(money(item ->> 'qty_refunded'), 0) as returned,
        coalesce(money(item ->> 'amount_refunded'), 0) + coalesce(money(item ->> 'discount_tax_compensation_refunded'), 0)
            - coalesce(money(item ->> 'discount_refunded'), 0) as repaid,
        coalesce(money(item ->> 'tax_refunded'), 0) as tax_repaid
    from (select sale, _line, unnest(elements(items)) as item from sales)
    where coalesce(item ->> 'parent_item_id', '') = ''),
back as (
    select sale, _line, 'refund-' || line_id as line_id, 'product' as line_kind, sku, title, -returned as quantity,
        -repaid as net, -tax_repaid as tax
    from items
    where returned <> 0 or repaid <> 0
    union all by name
    select sale, _line, 'refund-shipping' as line_id, 'shipping' as line_kind, -1 as quantity,
        -shipping_back as net, -shipping_tax_back as tax
    from sales
    where shipping_back <> 0),
parts as (
    select sale, _line, line_id, 'product' as line_kind, sku, title, quantity, unit_price, discount, net, tax,
        false as refund, null::varchar as refunded_at
    from items
    union all by name
    select sale, _line, 'shipping' as line_id, 'shipping' as line_kind, 1 as quantity, shipping as net,
        shipping_tax as tax
    from sales
    where shipping <> 0
    union all by name
    select *, true as refund from back
    union all by name
    -- Adjustments of the credit memos.
    select sale, _line, 'refund' as line_id, 'fee' as line_kind, -1 as quantity, rest as net, 0 as tax, true as refund
    from (
        select s.sale, s._line,
            -s.refunded - coalesce((select sum(net + tax) from back b where b.sale = s.sale), 0) as rest
        from sales s
        where s.refunded > 0)
    where rest <> 0)
