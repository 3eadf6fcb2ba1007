-- The customers export says yes or no without saying since when: it counts from now on, and only where it is news.
with stated as (
    select _line, coalesce(ltrim("Customer ID", ''''), guest_id("Email")) as customer_id, channel,
        lower(answer) = 'yes' as granted
    from file, lateral (values ('email', "Accepts Email Marketing"), ('sms', "Accepts SMS Marketing"))
        as said (channel, answer)
    where lower(answer) in ('yes', 'no'))
select s._line, s.customer_id, s.channel, getvariable('now') as "at", s.granted, 'shopify' as source
from stated s
left join current_consents k using (customer_id, channel)
where s.customer_id is not null and is_news(s.granted, k.granted)
