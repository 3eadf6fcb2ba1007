-- Text from a file to values of the lake's types: null where the text is not one, so that the row can say what is wrong.
-- DuckDB alone runs this (an import is staged in DuckDB whatever engine answers questions).

create macro is_number(t) as regexp_full_match(t, '[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?');

-- NUL is text to Parquet and nothing to most of what reads the lake.
create macro as_text(t) as case when not contains(t, chr(0)) then t end;

create macro as_number(t) as case when is_number(t) and isfinite(try_cast(t as double)) then try_cast(t as double) end;

-- Exact: text and doubles go through decimal, never through float arithmetic. What a double computation leaves beyond
-- the fourth decimal (1.1 + 2.2 = 3.3000000000000003) is dropped; a real fifth decimal is not ours to round.
create macro as_fine(t) as case when is_number(t) then try_cast(t as decimal(36, 18)) end;
create macro as_money(t) as
    case
        when regexp_full_match(t, '[+-]?\d{1,14}(\.\d{1,4})?') then try_cast(t as decimal(18, 4))
        when abs(as_fine(t) - round(as_fine(t), 4)) < 0.0000001 then try_cast(round(as_fine(t), 4) as decimal(18, 4))
    end;
create macro as_rate(t) as try_cast(round(as_fine(t), 8) as decimal(18, 8));

create macro as_flag(t) as
    case
        when lower(t) in ('true', 't', 'yes', 'y', '1') then true
        when lower(t) in ('false', 'f', 'no', 'n', '0') then false
    end;

-- Years outside this range are slips of the pen, and other engines cannot hold all of them.
create macro plausible(day) as case when year(day) between 1900 and 2199 then day end;

create macro as_day(t) as
    case
        when regexp_full_match(t, '\d{4}-\d{2}-\d{2}([T ]00:00(:00(\.0+)?)?)?')
        then plausible(try_cast(substr(t, 1, 10) as date))
    end;

create macro has_offset(t) as regexp_matches(t, ':\d{2}(\.\d+)?\s?([Zz]|[+-]\d{2}(:?\d{2})?)$');

create macro as_wall_clock(t) as
    case
        when regexp_full_match(t, '\d{4}-\d{2}-\d{2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?')
        then plausible(try_cast(t as timestamp))
    end;

-- A store's wall clock to UTC by PEP 495's rule for fold = 0: an hour that occurs twice is taken as the first, a time
-- that the spring gap skips keeps the offset from before it. (ICU alone would take the second.) The offset from before
-- is that of a day earlier; it stands where the moment it gives shows this very wall clock.
create macro before_change(zone, wall) as timezone(zone, wall - interval 1 day) + interval 24 hours;
create macro from_wall_clock(zone, wall) as
    case
        when timezone(zone, before_change(zone, wall)) = wall
        then least(before_change(zone, wall), timezone(zone, wall))
        else timezone(zone, wall)
    end;

create macro as_moment(t, zone, wall) as
    case
        when has_offset(t) then plausible(try_cast(regexp_replace(upper(t), '\s([Z+-])', '\1') as timestamptz))
        else from_wall_clock(zone, wall)
    end;

create macro as_object(t) as case when json_valid(t) and json_type(t) = 'OBJECT' then t end;

-- A value as a message shows it: short, on one line.
create macro shown(t) as '''' || regexp_replace(left(t, 60), '[\x00-\x1f]', ' ', 'g') || '''';

create macro text_fault(t) as ' holds a NUL character; remove it';
create macro number_fault(t) as ' is not a number; write digits with a point, such as 1234.50, and nothing else';
create macro money_fault(t) as
    case
        when as_fine(t) is null then number_fault(t)
        when abs(as_fine(t)) >= 1e14 then ' is too large'
        else ' has more than four decimals; round it'
    end;
create macro day_fault(t) as ' is not a date; write it like 2026-11-30';
create macro moment_fault(t, wall) as
    case
        when wall is not null
        then ' has no time zone; add --timezone with an IANA name such as Europe/Berlin'
        else ' is not a date and time; write it like 2026-11-30 14:05:00 or 2026-11-30T14:05:00Z'
    end;
create macro flag_fault(t) as ' is neither true nor false';
create macro object_fault() as ' is not a JSON object';
