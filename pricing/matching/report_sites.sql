-- What became of the offers of each site; site '' is all of them. An offer counts once, by the most that was decided,
-- and besides where its page became another product's since a verdict, whatever is said of that product.
with seen as (
    select distinct offer_id, site from offers
),
best as (
    select
        offer_id, sku, verdict, method, score,
        row_number() over (
            partition by offer_id
            order by
                case verdict
                    when 'match' then 1 when 'other_pack' then 2 when 'review' then 3 when 'equivalent' then 4 else 5
                end,
                coalesce(score, 0) desc, sku
        ) as nth,
        max(case when verdict = 'review' and method = 'verdict' then 1 else 0 end) over (partition by offer_id) as changed
    from matches
),
judged as (
    select s.site, s.offer_id, b.sku, b.verdict, b.method, b.score, b.changed
    from seen s
    left join best b on b.offer_id = s.offer_id and b.nth = 1
),
levels as (
    select site, offer_id, sku, verdict, method, score, changed from judged
    union all
    select '' as site, offer_id, sku, verdict, method, score, changed from judged
)
select
    site,
    count(*) as offers,
    count(*) filter (where verdict = 'match' and method = 'gtin') as by_gtin,
    count(*) filter (where verdict = 'match' and method = 'mpn') as by_mpn,
    count(*) filter (where verdict = 'match' and method = 'model') as by_model,
    count(*) filter (where verdict = 'match' and method = 'verdict') as by_people,
    count(*) filter (where verdict = 'other_pack') as other_pack,
    count(*) filter (where verdict = 'equivalent') as equivalent,
    count(*) filter (where verdict = 'review') as review,
    count(*) filter (where changed > 0) as changed_pages,
    count(*) filter (where coalesce(verdict, 'no_match') = 'no_match') as unmatched,
    count(distinct case when verdict in ('match', 'other_pack') then sku end) as products,
    avg(cast(case when verdict = 'match' and method = 'model' then score end as double)) as expected_precision
from levels
group by site
