-- What customers of the Admin API agreed to, and when. PENDING waits for a confirmation and is no consent yet.
with stated as (
    select _line, coalesce("legacyResourceId", plain_id("id")) as customer_id, channel,
        state ->> 'marketingState' as state, state ->> 'marketingUpdatedAt' as "at"
    from file, lateral (values ('email', "defaultEmailAddress"), ('sms', "defaultPhoneNumber")) as said (channel, state))
select _line, customer_id, channel, "at", state = 'SUBSCRIBED' as granted, 'shopify' as source
from stated
where "at" is not null and state in ('SUBSCRIBED', 'UNSUBSCRIBED', 'REDACTED', 'INVALID')
