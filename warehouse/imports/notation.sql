-- How a file writes numbers and times, and the same in the one form that conversion.sql reads. Texts come trimmed.

-- Signs, digits and currency of an amount, parted by bars: '(1 234,50 zł)' is '()|1 234,50|zł'; other texts stay.
-- Between thousands may stand a point, a comma, an apostrophe or a space (also those that no line is broken at).
create macro taken_apart(t) as
    regexp_replace(
        t,
        '^(\()?[\s\x{a0}\x{2009}\x{202f}]*([+\-\x{2212}]?)[\s\x{a0}\x{2009}\x{202f}]*'
        || '((?:[A-Z]{3}|[A-Z]{0,2}\$|\p{Sc}|zł|Kč|kč|[Kk]r|Ft|[Ll]ei|руб|грн|р|лв|TL|Fr|Rs)\.?)?'
        || '[\s\x{a0}\x{2009}\x{202f}]*([+\-\x{2212}]?)[\s\x{a0}\x{2009}\x{202f}]*'
        || '(\d(?:[\d.,''\x{2019} \x{a0}\x{2009}\x{202f}]*\d)?[.,]?|[.,]\d+)'
        || '[\s\x{a0}\x{2009}\x{202f}]*'
        || '((?:[A-Z]{3}|[A-Z]{0,2}\$|\p{Sc}|zł|Kč|kč|[Kk]r|Ft|[Ll]ei|руб|грн|р|лв|TL|Fr|Rs)\.?)?'
        || '[\s\x{a0}\x{2009}\x{202f}]*([+\-\x{2212}]?)(\))?$',
        '\1\2\4\7\8|\5|\3\6');

-- The currencies that a sign or code may stand for; null where it is none.
create macro stated_currencies(sign) as
    case
        when sign = 'RUR' then ['RUB']
        when regexp_full_match(sign, '[A-Z]{3}') then [sign]
        else map {
            '€': ['EUR'], '£': ['GBP', 'GIP', 'FKP', 'SHP', 'EGP', 'LBP', 'SYP', 'SDG', 'SSP'],
            '¥': ['JPY', 'CNY'], '₽': ['RUB'], 'руб': ['RUB', 'BYN'], 'р': ['RUB', 'BYN'], '₴': ['UAH'], 'грн': ['UAH'],
            'zł': ['PLN'], 'Kč': ['CZK'], 'kč': ['CZK'], 'Ft': ['HUF'], 'lei': ['RON', 'MDL'], 'Lei': ['RON', 'MDL'],
            'лв': ['BGN'], 'kr': ['SEK', 'NOK', 'DKK', 'ISK'], 'Kr': ['SEK', 'NOK', 'DKK', 'ISK'], 'Fr': ['CHF'],
            'TL': ['TRY'], '₺': ['TRY'], '₹': ['INR'], 'Rs': ['INR', 'PKR', 'LKR', 'NPR', 'MUR', 'SCR'], '₨': ['PKR'],
            '₩': ['KRW'], '₪': ['ILS'], '₫': ['VND'], '฿': ['THB'], '₱': ['PHP'], '₦': ['NGN'], '₸': ['KZT'],
            '₾': ['GEL'], '₼': ['AZN'], '₵': ['GHS'], '₡': ['CRC'], '₲': ['PYG'], '₮': ['MNT'], '₭': ['LAK'],
            '៛': ['KHR'], '৳': ['BDT'], '֏': ['AMD'],
            'US$': ['USD'], 'R$': ['BRL'], 'C$': ['CAD', 'NIO'], 'CA$': ['CAD'], 'A$': ['AUD'], 'AU$': ['AUD'],
            'NZ$': ['NZD'], 'HK$': ['HKD'], 'NT$': ['TWD'], 'S$': ['SGD'], 'MX$': ['MXN'],
            '$': ['USD', 'CAD', 'AUD', 'NZD', 'SGD', 'HKD', 'TWD', 'MXN', 'ARS', 'CLP', 'COP', 'UYU', 'DOP', 'BRL', 'CUP',
                'NIO', 'BBD', 'BMD', 'BND', 'BSD', 'BZD', 'FJD', 'GYD', 'JMD', 'KYD', 'LRD', 'NAD', 'SBD', 'SRD', 'TTD',
                'TVD', 'XCD', 'TOP', 'WST']}[sign]
    end;

-- Digits with a decimal point, thousands parted by one sort of mark in threes or not at all, as bare digits.
create macro point_digits(d) as
    case
        when regexp_full_match(
            d, '(\d+|[1-9]\d{0,2}((,\d{3})+|([ \x{a0}\x{2009}\x{202f}]\d{3})+|([''\x{2019}]\d{3})+))?(\.\d*)?')
        then regexp_replace(d, '[^0-9.]', '', 'g')
    end;
create macro minus(marks) as
    case when marks in ('', '+') then '' when marks in ('-', chr(8722), '()') then '-' end;
create macro swapped(t) as translate(t, '.,', ',.');

-- The parts of a number's text; null where it has but digits and a decimal mark that no thousands separator can be.
create macro could_be_two(t) as regexp_full_match(t, '[+-]?[1-9]\d{0,2}[.,]\d{3}');
create macro number_parts(t) as
    case when could_be_two(t) or not (is_number(t) or is_number(swapped(t))) then taken_apart(t) end;

-- Digits that are no two numbers, with a point or without: what most files hold, told by one look.
create macro is_plain_number(t) as
    regexp_full_match(t, '[+-]?(\d+|0\.\d*|\d{4,}\.\d*|\d+\.(\d{0,2}|\d{4,}))');
create macro currency_sign(parts) as coalesce(rtrim(split_part(parts, '|', 3), '.'), '');
create macro point_styled(parts) as
    case
        when currency_sign(parts) = '' or stated_currencies(currency_sign(parts)) is not null
        then minus(split_part(parts, '|', 1)) || point_digits(split_part(parts, '|', 2))
    end;
create macro comma_styled(parts) as
    case
        when currency_sign(parts) = '' or stated_currencies(currency_sign(parts)) is not null
        then minus(split_part(parts, '|', 1)) || point_digits(swapped(split_part(parts, '|', 2)))
    end;

-- A number written with a decimal point, or with a decimal comma, as is_number() has it; null where it is none.
create macro point_number(t, parts) as
    case when parts is not null then point_styled(parts) when is_number(t) then t end;
create macro comma_number(t, parts) as
    case when parts is not null then comma_styled(parts) when is_number(swapped(t)) then swapped(t) end;

-- '.' or ',' where a text is a number with that decimal mark alone, '?' where it is one number with either, another with
-- each (1.234); empty where both read the same, null for what is no number.
create macro number_shape(t, parts) as
    case
        when parts is null and not is_number(t) then case when t is not null then ',' end
        when parts is null then case when contains(t, '.') then '.' else '' end
        when point_styled(parts) = comma_styled(parts) then ''
        when point_styled(parts) is not null and comma_styled(parts) is not null then '?'
        when point_styled(parts) is not null then '.'
        when comma_styled(parts) is not null then ','
    end;

-- Of a day written 3/4/2026 which number is the month: 'dmy' or 'mdy' where it can only be so (points are always between
-- days and months), '?' where it may be either; empty where the year stands first or both are the same.
create macro small_numbers(t) as regexp_extract(t, '^(\d{1,2})([./-])(\d{1,2})[./-]\d{4}(?:\D|$)', ['a', 'mark', 'b']);
create macro day_shape(t) as
    case
        when t is null or regexp_matches(t, '^\d{4}') then ''
        when small_numbers(t).a = '' then null
        when try_cast(small_numbers(t).b as int) > 12 then 'mdy'
        when small_numbers(t).mark = '.' or try_cast(small_numbers(t).a as int) > 12 then 'dmy'
        when small_numbers(t).a::int = small_numbers(t).b::int then ''
        else '?'
    end;
create macro is_plain_time(t) as
    regexp_full_match(t, '\d{4}-\d{2}-\d{2}([T ][\d:.]+\s?([Zz]|[+-]\d{2}(:?\d{2})?)?)?');

-- A day or time with the day or the month first, the year first with other marks than hyphens, a clock of twelve hours or
-- UTC in letters, in ISO 8601's order.
create macro year_first(t, dmy) as
    case
        when regexp_full_match(t, '\d{8}') then regexp_replace(t, '(....)(..)(..)', '\1-\2-\3')
        when regexp_matches(t, '^\d{4}') then regexp_replace(t, '^(\d{4})[/.](\d{1,2})[/.](\d{1,2})', '\1-\2-\3')
        when dmy then regexp_replace(t, '^(\d{1,2})[./-](\d{1,2})[./-](\d{4})(\D|$)', '\3-\2-\1\4')
        else regexp_replace(t, '^(\d{1,2})[./-](\d{1,2})[./-](\d{4})(\D|$)', '\3-\1-\2\4')
    end;
create macro two_digits(t) as
    regexp_replace(regexp_replace(t, '^(\d{4})-(\d)-', '\1-0\2-'), '^(\d{4}-\d{2})-(\d)(\D|$)', '\1-0\2\3');
create macro one_space(t) as
    regexp_replace(translate(t, chr(160) || chr(8239), '  '), '^(\d{4}-\d{2}-\d{2})(?:,? +|T)', '\1 ');
create macro clock(t) as
    regexp_extract(t, '^(.{11})(\d{1,2})((?::\d{2}){1,2}(?:\.\d+)?)\s*([AaPp])\.?[Mm]\.?(.*)$', ['day', 'hour', 'rest', 'half', 'zone']);
create macro twenty_four_hours(t) as
    case
        when not regexp_matches(t, '[AaPp]\.?[Mm]') then t
        when try_cast(clock(t).hour as int) between 1 and 12
        then clock(t).day
            || lpad(((clock(t).hour::int % 12) + case when lower(clock(t).half) = 'p' then 12 else 0 end)::varchar, 2, '0')
            || clock(t).rest || clock(t).zone
    end;
create macro iso_time(t, dmy) as
    regexp_replace(twenty_four_hours(one_space(two_digits(year_first(t, dmy)))), '\s?(?i:UTC|GMT)$', 'Z');

create macro comma_fault() as ' is not a number with a decimal comma, as its column has them; write it like 1234,50';
create macro two_numbers_fault() as
    ' is one number with a decimal point and another with a decimal comma, and its column holds both; write it like 1234.50';
create macro time_fault() as ' is not a date or time as its column has them; write it like 2026-11-30 14:05:00';
create macro two_days_fault() as
    ' is one day with the day first and another with the month first, and its column holds both; write it like 2026-11-30';
