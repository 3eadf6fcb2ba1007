-- The next offers with a pair of this verdict: first those whose product stood in the most orders since $since, then
-- those whose pair is most likely right.
with judged as (
    select offer_id, sku, coalesce(score, 0) as score from matches where verdict = $verdict
),
sold as (
    select sku, count(*) as order_lines
    from orders
    where line_kind = 'product' and quantity > 0 and ordered_at >= $since and sku in (select sku from judged)
    group by sku
),
ranked as (
    select j.offer_id, max(coalesce(s.order_lines, 0)) as worth, max(j.score) as score
    from judged j
    left join sold s on s.sku = j.sku
    group by j.offer_id
),
counted as (
    select offer_id, worth, score, count(*) over () as waiting from ranked
),
following as (
    select offer_id, worth, score, waiting, row_number() over (order by worth desc, score desc, offer_id) as nth
    from counted
    where worth < $after_worth
        or (worth = $after_worth and (score < $after_score or (score = $after_score and offer_id > $after_offer)))
)
select offer_id, worth, score, waiting
from following
where nth <= $most
