-- Customers of the REST API (wc/v3), one a line.
select
    _line,
    "id" as customer_id,
    lower("email") as email,
    nullif("billing" ->> 'phone', '') as phone,
    coalesce("first_name", nullif("billing" ->> 'first_name', '')) as first_name,
    coalesce("last_name", nullif("billing" ->> 'last_name', '')) as last_name,
    nullif("billing" ->> 'country', '') as country,
    nullif("billing" ->> 'city', '') as city,
    nullif("billing" ->> 'postcode', '') as postal_code,
    coalesce("date_created_gmt" || 'Z', "date_created") as registered_at
from file
