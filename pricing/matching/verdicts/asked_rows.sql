-- The rows of the offers asked for, as they stand.
select
    offer_id, sku, pack_ratio, score, verdict, method, reason, speaks_for, speaks_against, model_version, matched_at
from matches
where offer_id in (select offer_id from asked)
