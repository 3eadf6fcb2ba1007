-- The orders export: one row of each line; what concerns the order as a whole stands on its first row.
with heads as (
    select
        "Name" as sale,
        min(_line) as _line,
        max("Created at") as ordered_at,
        max("Cancelled at") as cancelled_at,
        lower(max("Financial Status")) as paid,
        lower(max("Email")) as email,
        max("Currency") as currency,
        max("Discount Code") as coupon,
        lower(max("Source")) as source,
        listed(max("Tags")) as tags,
        max("Payment Method") as payment,
        max("Subtotal") as subtotal,
        coalesce(max("Shipping"), 0) as shipping,
        coalesce(max("Taxes"), 0) as taxes,
        max("Total") as total,
        coalesce(max("Refunded Amount"), 0) as refunded
    from file
    group by "Name"),
sales as (
    select
        sale,
        _line,
        case
            when contains(lower(coalesce(payment, '')), 'bogus') or list_contains(tags, 'test') then 'test order'
            when list_has_any(tags, ['staff', 'internal']) then 'staff order'
        end as left_out,
        null::varchar as store_id,
        sale as order_id,
        ordered_at,
        null::varchar as customer_id,
        email,
        currency,
        coupon,
        case source
            when 'pos' then 'shop' when 'shopify_draft_order' then 'phone'
            when 'iphone' then 'app' when 'android' then 'app' else source
        end as channel,
        case when cancelled_at is not null then 'cancelled' else paid end as status,
        -- The export does not say whether prices include tax; its sums do.
        abs(total - subtotal - shipping) <= abs(total - subtotal - shipping - taxes) as taxes_included,
        paid = 'voided' or (cancelled_at is not null and coalesce(paid, '') not in
            ('paid', 'partially_paid', 'refunded', 'partially_refunded')) as unsold,
        total,
        taxes as total_tax,
        subtotal,
        shipping,
        taxes,
        refunded,
        coalesce(refunded > 0 and refunded = total, false) as all_back,
        cancelled_at as back_at
    from heads),
items as (
    select
        f."Name" as sale,
        f._line,
        row_number() over (partition by f."Name" order by f._line) as place,
        f."Lineitem sku" as sku,
        f."Lineitem name" as title,
        f."Lineitem quantity" as quantity,
        f."Lineitem price" as unit_price,
        f."Lineitem price" * f."Lineitem quantity" as full_price,
        weight(f."Lineitem price" * f."Lineitem quantity" - coalesce(f."Lineitem discount", 0)) as weight
    from file f),
-- The subtotal is what the lines cost after every discount: it is shared out by what each costs after its own.
weighed as (
    select i.* exclude (weight), s.subtotal,
        case when sum(weight) over (partition by sale) = 0 then 1::hugeint else weight end as weight
    from items i join sales s using (sale)),
goods as (
    select *,
        share(
            subtotal, weight,
            cast(sum(weight) over (partition by sale order by place) as hugeint),
            cast(sum(weight) over (partition by sale) as hugeint)) as price
    from weighed),
charged as (
    select sale, _line, cast(place as varchar) as line_id, 'product' as line_kind, sku, title, quantity, unit_price,
        cast(full_price as decimal(18, 4)) - price as discount, price, place
    from goods
    union all by name
    select sale, _line, 'shipping' as line_id, 'shipping' as line_kind, 1 as quantity, shipping as price, 0 as place
    from sales
    where shipping <> 0),
taxable as (
    select c.*, s.taxes, s.taxes_included,
        case
            when sum(weight(price)) over (partition by sale) = 0 then 1::hugeint else weight(price)
        end as weight
    from charged c join sales s using (sale)),
-- Tax is told of the order alone: it is shared out by what each line costs.
taxed as (
    select *,
        share(
            taxes, weight,
            cast(sum(weight) over (partition by sale order by place) as hugeint),
            cast(sum(weight) over (partition by sale) as hugeint)) as tax
    from taxable),
lines as (
    select sale, _line, line_id, line_kind, sku, title, quantity, unit_price, discount,
        case when taxes_included then price - tax else price end as net, tax
    from taxed),
parts as (
    select *, false as refund, null::varchar as refunded_at from lines
    union all by name
    -- Of a refund the export tells the sum alone.
    select _line, sale, 'refund' as line_id, 'fee' as line_kind, -1 as quantity,
        -(refunded - part_of(refunded, taxes, total)) as net, -part_of(refunded, taxes, total) as tax,
        true as refund, back_at as refunded_at
    from sales
    where refunded > 0 and not all_back)
