-- The newsletter's 0 or 1, without a date: it counts from now on, and only where it is news.
with stated as (
    select _line, "Customer ID" as customer_id, 'email' as channel, "Newsletter (0/1)" = '1' as granted
    from file
    where "Newsletter (0/1)" in ('0', '1'))
select s._line, s.customer_id, s.channel, getvariable('now') as "at", s.granted, 'prestashop' as source
from stated s
left join current_consents k using (customer_id, channel)
where is_news(s.granted, k.granted)
