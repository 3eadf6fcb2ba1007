-- A column for each currency, its rate for one euro; turned round in whole numbers, to the last of eight decimals.
select _line, "Date" as day, currency,
    cast(cast((2 * 100000000000000::hugeint + units) // (2 * units) as decimal(28, 0)) * 0.00000001 as decimal(36, 8))
        as eur
from (
    select _line, "Date", currency, cast(as_fine(rate) * 1000000 as hugeint) as units
    from (unpivot file on columns(* exclude (_line, "Date")) into name currency value rate)
    where rate <> 'N/A')
where units > 0
