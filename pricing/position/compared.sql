-- Our products on sale in a store beside every offer matched to them: one row per product and offer, and one row
-- without an offer for a product that has none. `left_out` says why an offer takes no part in comparisons; null means
-- that it does. Offers are taken as last observed up to $as_of, our price as it stood then. Prices are for our pack:
-- another pack's is divided by its ratio. `equivalent` marks another product that competes with ours: it is shown
-- beside ours and takes no part in the index. `landed_price` is with shipping, where the shop tells it.
with store as (
    select store_id, currency, prices_include_tax from stores where store_id = $store_id
),
rates as (
    select currency, arg_max(cast(eur as double), day) as eur
    from fx_rates
    where day <= cast($as_of as date) and day >= $rates_since
    group by currency
),
store_rate as (
    select s.store_id, case when s.currency = 'EUR' then cast(1 as double) else r.eur end as eur
    from store s
    left join rates r on r.currency = s.currency
),
history as (
    select
        h.sku, h.price, h.cost, h.currency,
        row_number() over (partition by h.sku order by h.valid_from desc) as nth
    from product_history h
    where h.store_id = $store_id and h.valid_from <= $as_of
),
ours as (
    select
        p.sku, p.title, p.category, p.url,
        case when coalesce(p.currency, s.currency) = s.currency then p.map_price end as map_price,
        p.map_price is not null and coalesce(p.currency, s.currency) <> s.currency as map_unclear,
        h.price, h.cost, s.currency, s.prices_include_tax, r.eur as store_eur
    from products p
    join history h on h.sku = p.sku and h.nth = 1
    join store s on s.currency = h.currency
    join store_rate r on r.store_id = s.store_id
    where coalesce(p.status, 'active') = 'active' and h.price > 0
),
observed as (
    select
        o.offer_id, o.site, o.url, o.title, o.condition, o.observed_at, o.price, o.shipping, o.currency,
        o.availability, o.tax_included,
        row_number() over (partition by o.offer_id order by o.observed_at desc, o.crawl_id desc) as nth
    from offers o
    where o.observed_at <= $as_of
),
matched as (
    select
        m.sku, coalesce(m.pack_ratio, 1) as pack_ratio, m.verdict = 'equivalent' as equivalent,
        o.offer_id, o.site, o.url, o.title, o.condition, o.observed_at, o.price, o.shipping, o.currency,
        o.availability, o.tax_included,
        case when o.currency = 'EUR' then cast(1 as double) else r.eur end as eur
    from matches m
    join observed o on o.offer_id = m.offer_id and o.nth = 1
    left join rates r on r.currency = o.currency
    where m.verdict in ('match', 'other_pack', 'equivalent')
),
paired as (
    select
        u.sku, u.title, u.category, u.url, u.map_price, u.map_unclear, u.price, u.cost, u.currency,
        u.prices_include_tax, coalesce(m.equivalent, false) as equivalent, m.offer_id, m.site, m.url as offer_url,
        m.title as offer_title, m.condition, m.observed_at, m.availability, m.tax_included,
        m.currency as offer_currency, m.price as offer_price, m.shipping,
        -- What one of the offer's money is in ours, for as much as is in our pack.
        cast(
            case when m.currency = u.currency then cast(1 as double)
                else cast(m.eur as double) / nullif(u.store_eur, 0)
            end as double
        ) / nullif(m.pack_ratio, 0) as rate
    from ours u
    left join matched m on m.sku = u.sku
),
priced as (
    select
        *,
        cast(offer_price as double) * rate as market_price,
        cast(offer_price + shipping as double) * rate as landed_price
    from paired
),
judged as (
    select
        *,
        case
            when offer_id is null then null
            when observed_at < $fresh_since then 'older than the window'
            when coalesce(condition, 'new') <> 'new' then 'not new'
            when availability is null then 'availability unknown'
            when availability <> 'in_stock' then 'not in stock'
            when offer_price is null or offer_price <= 0 then 'no price read'
            when offer_currency is null then 'currency unknown'
            when market_price is null then 'no exchange rate'
            -- More than the money type holds with its rounding: a misread page, not a price.
            when market_price >= 1e12 or market_price < 0.00005 then 'no price read'
            when tax_included <> prices_include_tax then 'other tax basis'
        end as left_out
    from priced
),
ranked as (
    select
        *,
        row_number() over (
            partition by sku, site, equivalent, case when left_out is null then 1 else 0 end
            order by market_price, offer_id
        ) as cheapness
    from judged
)
select
    sku, title, url, map_price, map_unclear, price, cost, currency,
    trim(coalesce(nullif(regexp_extract(category, '^([^>]*)', 1), ''), 'No category')) as category,
    coalesce(offer_id, '') as offer_id, site, offer_url, offer_title, observed_at,
    -- Half up to the 4 decimals of money, the same on every engine.
    case when market_price < 1e12 then cast(cast(floor(market_price * 10000 + 0.5) as double) / 10000 as decimal(18, 4))
        end as market_price,
    case when landed_price < 1e12 then cast(cast(floor(landed_price * 10000 + 0.5) as double) / 10000 as decimal(18, 4))
        end as landed_price,
    equivalent,
    case when left_out is null and offer_id is not null and cheapness > 1 then 'dearer offer of the same shop'
        else left_out end as left_out,
    offer_id is not null and left_out is null and cheapness = 1 and not equivalent as used
from ranked
