-- When each store last sold, and the gap between its selling days that 19 of 20 do not exceed, over the 90 days before.
with sold as (
    select
        o.store_id,
        o.ordered_at,
        cast(timezone(coalesce(s.timezone, 'UTC'), o.ordered_at) as date) as day
    from orders o
    left join stores s on s.store_id = o.store_id
    where o.line_kind = 'product' and o.quantity > 0 and o.ordered_at <= $now
),
newest as (
    select store_id, max(ordered_at) as newest, max(day) as last_day
    from sold
    group by store_id
),
days as (
    select distinct d.store_id, d.day
    from sold d
    join newest n on n.store_id = d.store_id
    where n.last_day::date - d.day::date <= 90
),
before as (
    select store_id, day, lag(day) over (partition by store_id order by day) as previous
    from days
),
gaps as (
    select store_id, cast(day::date - previous::date as double) as gap
    from before
    where previous is not null
),
ranked as (
    select
        store_id,
        gap,
        row_number() over (partition by store_id order by gap) as nth,
        count(*) over (partition by store_id) as gaps
    from gaps
)
select
    n.store_id,
    n.newest,
    coalesce(max(r.gaps), 0) as gaps,
    min(case when r.nth >= 0.95 * r.gaps then r.gap end) as usual_gap
from newest n
left join ranked r on r.store_id = n.store_id
group by n.store_id, n.newest
