-- A suppressed address gets no mail, whatever it once agreed to. A consent without its time counts from now on.
with stated as (
    select _line, coalesce(known.customer_id, guest_id(f."Email")) as customer_id, channel,
        case when channel = 'email' and "Email Suppressions" is not null and "Email Suppressions" <> '[]'
            then 'UNSUBSCRIBED' else upper(state) end as state,
        case when channel = 'email' and "Email Suppressions" is not null and "Email Suppressions" <> '[]'
            then null else said."at" end as "at"
    from file f
    left join known_addresses known on known.email = lower(f."Email"),
    lateral (values
        ('email', "Email Marketing Consent", "Email Marketing Consent Timestamp"),
        ('sms', "SMS Marketing Consent", "SMS Marketing Consent Timestamp")) as said (channel, state, "at")
    where f."Email" is not null)
select s._line, s.customer_id, s.channel, coalesce(cast(s."at" as varchar), cast(getvariable('now') as varchar)) as "at",
    s.state in ('SUBSCRIBED', 'SUBSCRIBE') as granted, 'klaviyo' as source
from stated s
left join current_consents k using (customer_id, channel)
where s.state in ('SUBSCRIBED', 'SUBSCRIBE', 'UNSUBSCRIBED', 'UNSUBSCRIBE')
    and (s."at" is not null or is_news(s.state in ('SUBSCRIBED', 'SUBSCRIBE'), k.granted))
