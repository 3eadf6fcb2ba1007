-- One row a customer with any statement of consent: the newest statement on each channel.
select
    customer_id,
    arg_max(granted, at) filter (where channel = 'email') as consent_email,
    arg_max(granted, at) filter (where channel = 'sms') as consent_sms,
    arg_max(granted, at) filter (where channel = 'push') as consent_push,
    arg_max(granted, at) filter (where channel = 'ads') as consent_ads
from consents
group by customer_id
