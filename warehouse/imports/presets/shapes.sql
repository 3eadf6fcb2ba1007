-- What the shapes share. DuckDB alone runs this.

-- Guests are known by their address alone, and an address is no id: it would stand in every table.
create macro guest_id(email) as 'guest-' || left(sha256(lower(trim(email))), 32);

-- A share of an amount of money, such as an order's discount on one of its lines: `own` of `whole`, where `upto` is the
-- running sum of the parts. Shares are in hundredths and sum to `total` exactly, whatever its decimals.
create macro weight(amount) as cast(greatest(coalesce(amount, 0), 0) * 10000 as hugeint);
create macro first_shares(total, upto, whole) as
    case
        when upto = whole then cast(total as decimal(18, 4))
        else cast(cast(cast(total * 100 as hugeint) * upto // whole as decimal(18, 0)) * 0.01 as decimal(18, 4))
    end;
create macro share(total, own, upto, whole) as
    first_shares(total, upto, whole) - case when upto = own then 0 else first_shares(total, upto - own, whole) end;

-- What of a sum is tax, where the whole's tax is known: to the hundredth.
create macro part_of(amount, tax, total) as
    cast(round(cast(amount as double) * cast(tax as double) / nullif(cast(total as double), 0), 2) as decimal(18, 4));

-- Platforms compute with more decimals than they charge (83.333333 net of tax): four are kept.
create macro as_amount(t) as try_cast(round(as_fine(t), 4) as decimal(18, 4));

-- The same inside JSON, where no column has been tested: null where it is none.
create macro money(t) as as_amount(cast(t as varchar));

-- The elements of a JSON array, or of a GraphQL connection.
create macro elements(j) as
    case json_type(j)
        when 'ARRAY' then from_json(j, '["JSON"]')
        when 'OBJECT' then from_json(coalesce(j -> 'nodes', '[]'), '["JSON"]')
        else []
    end;

-- The number at the end of an API's global id: gid://shopify/Order/12 is 12.
create macro plain_id(t) as regexp_extract(t, '([^/?]+)(\?.*)?$', 1);

-- A number that is a GTIN, else null: shops keep other numbers in the same place, which spoil no row.
create macro gtin_or_null(t) as
    case
        when regexp_full_match(replace(replace(t, '-', ''), ' ', ''), '\d{8}|\d{12,14}')
            and list_sum(list_transform(
                range(1, 15),
                lambda i: cast(substr(lpad(replace(replace(t, '-', ''), ' ', ''), 14, '0'), i, 1) as int)
                    * case when i % 2 = 1 then 3 else 1 end)) % 10 = 0
            and not regexp_full_match(t, '[0 -]*')
        then t
    end;

create macro listed(tags) as list_transform(string_split(lower(coalesce(tags, '')), ','), lambda t: trim(t));

-- The sum of a money value in every element of a JSON array.
create macro summed(j, path) as
    coalesce(list_sum(list_transform(elements(j), lambda e: money(json_extract_string(e, path)))), 0);

-- A variant's name, as shops show it.
create macro titled(title, variant) as
    case when variant is null or variant in ('', 'Default Title') then title else title || ' - ' || variant end;

-- Options by name as a JSON object: {"Size": "M", "Colour": "blue"}.
create macro options_object(names, vals) as
    (select nullif(cast(json_group_object(n, v) as varchar), '{}')
     from (select unnest(names) as n, unnest(vals) as v) where n is not null and v is not null);

-- What a product is known by where shops may do without a SKU: the id of the variation or the product.
create macro shop_sku(sku, variation, product) as
    coalesce(nullif(trim(sku), ''), 'id:' || coalesce(nullif(nullif(variation, '0'), ''), nullif(product, '0')));

-- The day it is in the store.
create macro store_day() as
    cast(timezone(
        coalesce((select any_value(timezone) from stores where store_id = getvariable('store')), 'UTC'),
        getvariable('now')) as date);

-- A day as Magento's exports may write it: 2026-11-30 or, in the American way, 11/30/26.
create macro loose_day(t) as
    coalesce(as_day(substr(t, 1, 10)), cast(try_strptime(string_split(t, ',')[1], ['%m/%d/%y', '%m/%d/%Y']) as date));

-- Whether a consent told without its time says anything new: a yes where nothing is known, so never over a withdrawal;
-- a no where consent stands.
create macro is_news(granted, known) as case when granted then known is null else coalesce(known, false) end;

-- Feeds write 12.99 EUR, EUR 12.99 or 12,99 EUR.
create macro priced_amount(t) as
    as_money(replace(regexp_replace(regexp_replace(t, '[A-Za-z\s\x{A0}]', '', 'g'), ',(\d{1,2})$', '.\1'), ',', ''));
create macro priced_currency(t) as nullif(upper(regexp_extract(t, '([A-Za-z]{3})')), '');
create macro moment(t) as as_moment(t, 'UTC', as_wall_clock(t));
