-- The end of every orders statement. Above it stand two relations:
--   sales (sale, _line, left_out, store_id, order_id, ordered_at, customer_id, email, currency, coupon, channel, status,
--          taxes_included, unsold, all_back, back_at, total, total_tax): one row of each order; `sale` tells it from the
--          others in the file; `unsold` says that it was cancelled without ever being paid, `all_back` that all of it
--          went back (at `back_at`, where that is told) in one sum, without its lines being told
--   parts (sale, _line, line_id, line_kind, sku, title, quantity, unit_price, discount, net, tax, refund, refunded_at):
--          its lines and, where `refund`, what went back, negative; a refund of money alone has no quantity. Of a
--          refund whose time nobody tells the day of the order is taken
-- An amount includes tax where the store's prices do; where the store does not say, where the order's did. What the
-- lines lack to the order's total (a tip, a duty, a cent lost in rounding) is a fee line, so that they sum to it.
, placed as (
    select
        s.* exclude (customer_id),
        coalesce(home.prices_include_tax, s.taxes_included, true) as gross,
        coalesce(s.customer_id, known.customer_id, guest_id(s.email)) as customer_id
    from sales s
    left join stores home on home.store_id = coalesce(s.store_id, getvariable('store'))
    left join known_addresses known on known.email = lower(trim(s.email))),
priced as (
    select p.* exclude (net, tax) replace (coalesce(refund, false) as refund),
        case when gross then p.net + coalesce(p.tax, 0) else p.net end as amount
    from parts p join placed using (sale)),
rest as (
    select sale, any_value(o._line) as _line,
        any_value(case when gross then total else total - coalesce(total_tax, 0) end)
            - coalesce(sum(amount) filter (where not refund), 0) as amount,
        count(*) = count(amount) as known
    from placed o join priced p using (sale)
    group by sale),
topped_up as (
    from priced
    union all by name
    select sale, _line, 'rest' as line_id, 'fee' as line_kind, 1 as quantity, amount, false as refund
    from rest
    where known and amount <> 0),
complete as (
    from topped_up
    union all by name
    select c.sale, c._line, 'refund-' || line_id as line_id, line_kind, sku, title, -quantity as quantity,
        -amount as amount, unit_price, true as refund, o.back_at as refunded_at
    from topped_up c join placed o using (sale)
    where o.all_back and not c.refund)
select
    c._line,
    null as _left_out,
    o.store_id,
    o.order_id,
    c.line_id,
    case when c.refund then coalesce(c.refunded_at, o.ordered_at) else o.ordered_at end as ordered_at,
    o.customer_id,
    c.sku,
    c.title,
    c.line_kind,
    case when o.unsold then 0 else c.quantity end as quantity,
    case when o.unsold then 0 else c.amount end as amount,
    c.unit_price,
    case when not o.unsold then nullif(c.discount, 0) end as discount,
    o.currency,
    o.coupon,
    o.channel,
    o.status,
    case when c.refund then o.order_id end as returns_order_id
from complete c
join placed o using (sale)
where o.left_out is null and not (o.unsold and c.refund)
union all by name
select _line, left_out as _left_out from placed where left_out is not null
