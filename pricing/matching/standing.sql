-- The matches as they stand.
select offer_id, sku, pack_ratio, score, verdict, method, reason, model_version, matched_at
from matches
