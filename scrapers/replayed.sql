-- A crawl's offers once kept pages are read again: those now read from them, and those of pages that were not read
-- again (`fetched` are the moments at which the ones read again were fetched).
select
    o.crawl_id, o.offer_id, o.site, o.url, o.seller, o.variant, o.condition, o.observed_at, o.title, o.brand, o.gtin,
    o.mpn, o.price, o.list_price, o.currency, o.tax_included, o.shipping, o.availability, o.source, o.confidence,
    o.evidence, o.read_at
from offers o
left join fetched f on f.observed_at = o.observed_at
left join read_again a on a.offer_id = o.offer_id
where o.crawl_id = $crawl_id and f.observed_at is null and a.offer_id is null
union all
select
    crawl_id, offer_id, site, url, seller, variant, condition, observed_at, title, brand, gtin, mpn, price, list_price,
    currency, tax_included, shipping, availability, source, confidence, evidence, read_at
from read_again
