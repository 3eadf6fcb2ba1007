-- Pairs worth showing, up to $top of each kind: pages that changed since a verdict, other packs, what else waits for a
-- person, and the likeliest products of offers that are none of ours.
with newest as (
    select
        offer_id, site, url, title,
        row_number() over (partition by offer_id order by observed_at desc, crawl_id desc) as nth
    from offers
),
kinds as (
    select
        offer_id, sku, verdict, pack_ratio, score, reason, speaks_for, speaks_against,
        case
            when verdict = 'review' and method = 'verdict' then 'changed'
            when verdict = 'other_pack' or (verdict = 'review' and pack_ratio is not null) then 'other_pack'
            when verdict = 'review' then 'review'
            when verdict = 'no_match' and method = 'model' then 'nearest'
        end as kind
    from matches
),
settled as (
    select distinct offer_id from matches where verdict in ('match', 'other_pack', 'review')
),
wanted as (
    select k.*
    from kinds k
    left join settled s on s.offer_id = k.offer_id
    where k.kind is not null and (k.kind <> 'nearest' or s.offer_id is null)
),
ranked as (
    select
        kind, offer_id, sku, verdict, pack_ratio, score, reason, speaks_for, speaks_against,
        count(*) over (partition by kind) as pairs,
        row_number() over (partition by kind order by coalesce(score, 0) desc, offer_id, sku) as nth
    from wanted
)
select
    r.kind, r.nth, r.pairs, r.offer_id, r.sku, p.title as product, p.url as product_url, n.site, n.title as offer,
    n.url as offer_url, r.verdict, r.pack_ratio, r.score, r.reason, r.speaks_for, r.speaks_against
from ranked r
left join products p on p.sku = r.sku
left join newest n on n.offer_id = r.offer_id and n.nth = 1
where r.nth <= $top
