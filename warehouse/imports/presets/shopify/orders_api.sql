-- Orders of the Admin API, one a line, with every line and refund in them.
with sales as (
    select
        _line as sale,
        _line,
        case
            when "test" = 'true' or list_contains(marks, 'test') then 'test order'
            when list_has_any(marks, ['staff', 'internal']) then 'staff order'
        end as left_out,
        null::varchar as store_id,
        "name" as order_id,
        "createdAt" as ordered_at,
        coalesce("customer" ->> 'legacyResourceId', plain_id("customer" ->> 'id')) as customer_id,
        "email" as email,
        "currencyCode" as currency,
        "discountCodes" ->> 0 as coupon,
        case lower("sourceName")
            when 'pos' then 'shop' when 'shopify_draft_order' then 'phone'
            when 'iphone' then 'app' when 'android' then 'app' else lower("sourceName")
        end as channel,
        case when "cancelledAt" is not null then 'cancelled' else lower("displayFinancialStatus") end as status,
        coalesce("taxesIncluded" = 'true', false) as taxes_included,
        "displayFinancialStatus" = 'VOIDED' or ("cancelledAt" is not null
            and "displayFinancialStatus" not in ('PAID', 'PARTIALLY_PAID', 'REFUNDED', 'PARTIALLY_REFUNDED')) as unsold,
        false as all_back,
        null::varchar as back_at,
        money("totalPriceSet" -> 'shopMoney' ->> 'amount') as total,
        money("totalTaxSet" -> 'shopMoney' ->> 'amount') as total_tax,
        "lineItems" as items,
        "shippingLines" as shipping,
        "refunds" as refunds
    from (
        select *, list_transform(from_json(coalesce("tags", '[]'), '["VARCHAR"]'), lambda t: lower(trim(t))) as marks
        from file)),
items as (
    select *, money(item -> 'originalUnitPriceSet' -> 'shopMoney' ->> 'amount') as unit_price,
        money(item ->> 'quantity') as quantity,
        summed(item -> 'discountAllocations', '$.allocatedAmountSet.shopMoney.amount') as discount,
        summed(item -> 'taxLines', '$.priceSet.shopMoney.amount') as tax
    from (select sale, _line, taxes_included, unnest(elements(items)) as item from sales)),
shipping as (
    select *, money(item -> 'discountedPriceSet' -> 'shopMoney' ->> 'amount') as price,
        summed(item -> 'taxLines', '$.priceSet.shopMoney.amount') as tax
    from (select sale, _line, taxes_included, unnest(elements(shipping)) as item from sales)),
refunds as (
    select *, coalesce(refund ->> 'legacyResourceId', plain_id(refund ->> 'id')) as id,
        refund ->> 'createdAt' as refunded_at
    from (select sale, _line, taxes_included, unnest(elements(refunds)) as refund from sales)),
returned as (
    select sale, _line, taxes_included, id, refunded_at, item,
        row_number() over (partition by sale, id) as place,
        money(item -> 'subtotalSet' -> 'shopMoney' ->> 'amount') as price,
        money(item -> 'totalTaxSet' -> 'shopMoney' ->> 'amount') as tax
    from (select *, unnest(elements(refund -> 'refundLineItems')) as item from refunds)),
unshipped as (
    select sale, _line, taxes_included, id, refunded_at,
        row_number() over (partition by sale, id) as place,
        money(item -> 'subtotalAmountSet' -> 'shopMoney' ->> 'amount') as price,
        money(item -> 'taxAmountSet' -> 'shopMoney' ->> 'amount') as tax
    from (select *, unnest(elements(refund -> 'refundShippingLines')) as item from refunds)),
parts as (
    select sale, _line, plain_id(item ->> 'id') as line_id, 'product' as line_kind,
        nullif(trim(item ->> 'sku'), '') as sku, titled(item ->> 'title', item ->> 'variantTitle') as title,
        quantity, unit_price, discount,
        cast(unit_price * quantity as decimal(18, 4)) - discount - case when taxes_included then tax else 0 end as net,
        tax, false as refund, null::varchar as refunded_at
    from items
    union all by name
    select sale, _line, 'shipping-' || plain_id(item ->> 'id') as line_id, 'shipping' as line_kind, 1 as quantity,
        price - case when taxes_included then tax else 0 end as net, tax
    from shipping
    where price <> 0
    union all by name
    select sale, _line, 'refund-' || id || '-' || coalesce(plain_id(item -> 'lineItem' ->> 'id'), cast(place as varchar)) as line_id,
        'product' as line_kind, nullif(trim(item -> 'lineItem' ->> 'sku'), '') as sku,
        -money(item ->> 'quantity') as quantity,
        -(price - case when taxes_included then coalesce(tax, 0) else 0 end) as net, -tax as tax, true as refund, refunded_at
    from returned
    union all by name
    select sale, _line, 'refund-' || id || '-shipping-' || place as line_id, 'shipping' as line_kind, -1 as quantity,
        -(price - case when taxes_included then coalesce(tax, 0) else 0 end) as net, -tax as tax, true as refund, refunded_at
    from unshipped
    union all by name
    -- What was paid back beyond its lines or, where a fee was kept, short of them. Nothing was where lines were only
    -- taken off an order that was not paid yet.
    select sale, _line, 'refund-' || id || '-rest' as line_id, 'fee' as line_kind, -1 as quantity,
        lines - refunded as net, 0 as tax, true as refund, refunded_at
    from (
        select r.sale, r._line, r.id, r.refunded_at,
            money(r.refund -> 'totalRefundedSet' -> 'shopMoney' ->> 'amount') as refunded,
            coalesce((select sum(price + case when taxes_included then 0 else coalesce(tax, 0) end)
                      from returned where sale = r.sale and id = r.id), 0)
            + coalesce((select sum(price + case when taxes_included then 0 else coalesce(tax, 0) end)
                        from unshipped where sale = r.sale and id = r.id), 0) as lines
        from refunds r)
    where refunded > 0 and lines <> refunded)
