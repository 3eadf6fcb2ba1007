-- The currencies that stores sell in and that offers seen since $since ask for, with the newest day of a rate.
with used as (
    select currency, 1 as ours, 0 as theirs from stores
    union all
    select currency, 0 as ours, 1 as theirs from offers where observed_at >= $since and currency is not null
),
rates as (
    select currency, max(day) as newest from fx_rates group by currency
)
select u.currency, sum(u.ours) as stores, sum(u.theirs) as offers, r.newest
from used u
left join rates r on r.currency = u.currency
group by u.currency, r.newest
