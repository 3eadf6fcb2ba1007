-- What is known of each competitor's offers, as last observed up to $as_of.
with observed as (
    select
        o.offer_id, o.site, o.observed_at,
        row_number() over (partition by o.offer_id order by o.observed_at desc, o.crawl_id desc) as nth
    from offers o
    where o.observed_at <= $as_of
),
verdicts as (
    select
        offer_id,
        max(case when verdict in ('match', 'other_pack') then 2 when verdict = 'review' then 1 else 0 end) as verdict
    from matches
    group by offer_id
)
select
    o.site,
    count(*) as offers,
    count(*) filter (where v.verdict = 2) as matched,
    count(*) filter (where v.verdict = 1) as review,
    count(*) filter (where v.verdict = 2 and o.observed_at < $fresh_since) as stale,
    max(o.observed_at) as newest
from observed o
left join verdicts v on v.offer_id = o.offer_id
where o.nth = 1
group by o.site
