-- One row a variant of an experiment: its exposed units, and of those whose window of `within_days` has passed by `now`
-- the count, the sum of the metric and of its square, and how many have a value other than 0.
-- A unit's value: with a currency the net amount of its order lines in that currency, else 1 where it ordered.
with outcomes as (
    select
        e.unit_id,
        e.variant,
        max(case when e.exposed_at + interval '1 day' * $within_days <= $now then 1 else 0 end) as complete,
        cast(
            case
                when $currency is null
                    then max(case when o.line_kind = 'product' and o.quantity > 0 then 1 else 0 end)
                else coalesce(sum(case when o.currency = $currency then o.amount end), 0)
            end as decimal(18, 4)
        ) as outcome
    from exposures as e
    left join orders as o
        on o.customer_id = e.unit_id
        and o.ordered_at >= e.exposed_at
        and o.ordered_at < e.exposed_at + interval '1 day' * $within_days
    where e.experiment = $experiment
    group by e.unit_id, e.variant
)
select
    variant,
    count(*) as exposed,
    sum(complete) as counted,
    coalesce(sum(case when complete = 1 then outcome end), 0) as total,
    coalesce(sum(case when complete = 1 then outcome * outcome end), 0) as squares,
    sum(case when complete = 1 and outcome <> 0 then 1 else 0 end) as active
from outcomes
group by variant
