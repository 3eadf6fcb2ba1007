-- Quintiles of recency, frequency and spend among those who ordered (5 is best), and the name of the cell.
-- Ties are broken by the customer's id, so that both engines and every run score alike.
-- Cells: the usual grid of recency (1-5) by frequency (1-5), each pair in exactly one.
with quintiles as (
    select
        customer_id,
        ntile(5) over (order by days_since_last_order desc, customer_id) as recency_score,
        ntile(5) over (order by orders, customer_id) as frequency_score,
        ntile(5) over (order by spend, customer_id) as monetary_score
    from facts
    where orders > 0
)
select
    customer_id,
    recency_score,
    frequency_score,
    monetary_score,
    case
        when recency_score = 5 and frequency_score >= 4 then 'champions'
        when recency_score >= 3 and frequency_score >= 4 then 'loyal'
        when recency_score >= 4 and frequency_score >= 2 then 'potential_loyalists'
        when recency_score = 5 then 'new'
        when recency_score = 4 then 'promising'
        when recency_score = 3 and frequency_score = 3 then 'need_attention'
        when recency_score = 3 then 'about_to_sleep'
        when frequency_score = 5 then 'cannot_lose'
        when frequency_score >= 3 then 'at_risk'
        else 'hibernating'
    end as rfm_cell
from quintiles
