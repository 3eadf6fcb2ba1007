-- The inventory export: one row of each variant and location. A location that does not stock a variant says so in words.
select
    min(_line) as _line,
    "SKU" as sku,
    sum(as_money(coalesce("On hand (current)", "On hand", "Available"))) as stock
from file
where "SKU" is not null
group by "SKU"
