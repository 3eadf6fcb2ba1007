-- Products not said to be withdrawn, and those of them with a price in the store in its currency at $as_of.
with priced as (
    select
        h.sku, h.price, h.currency, row_number() over (partition by h.sku order by h.valid_from desc) as nth
    from product_history h
    where h.store_id = $store_id and h.valid_from <= $as_of
)
select
    s.store_id, s.name, s.currency, s.timezone, s.locale, s.prices_include_tax,
    count(p.sku) as active,
    count(p.sku) filter (where h.price > 0 and h.currency = s.currency) as on_sale
from stores s
left join products p on coalesce(p.status, 'active') = 'active'
left join priced h on h.sku = p.sku and h.nth = 1
where s.store_id = $store_id
group by s.store_id, s.name, s.currency, s.timezone, s.locale, s.prices_include_tax
