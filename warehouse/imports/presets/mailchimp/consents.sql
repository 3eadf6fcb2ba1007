-- Each status is a file of its own: who unsubscribed and who was cleaned has a time of it, who subscribed has confirmed.
-- The file of those who never subscribed looks like that of subscribers; its name alone tells.
with stated as (
    select _line, coalesce(known.customer_id, guest_id("Email Address")) as customer_id, 'email' as channel,
        "UNSUB_TIME" is null and "CLEAN_TIME" is null as granted,
        coalesce("UNSUB_TIME", "CLEAN_TIME", "CONFIRM_TIME", "OPTIN_TIME") as "at"
    from file f
    left join known_addresses known on known.email = lower(f."Email Address")
    where "Email Address" is not null)
select _line, customer_id, channel, "at", granted, 'mailchimp' as source
from stated
where "at" is not null and not (granted and regexp_matches(lower(getvariable('file')), 'non-?_?subscribed'))
