-- Customers of the Admin API, one a line.
select
    _line,
    coalesce("legacyResourceId", plain_id("id")) as customer_id,
    lower("defaultEmailAddress" ->> 'emailAddress') as email,
    "defaultPhoneNumber" ->> 'phoneNumber' as phone,
    "firstName" as first_name,
    "lastName" as last_name,
    "locale" as language,
    "defaultAddress" ->> 'countryCodeV2' as country,
    "defaultAddress" ->> 'city' as city,
    "defaultAddress" ->> 'zip' as postal_code,
    "createdAt" as registered_at
from file
