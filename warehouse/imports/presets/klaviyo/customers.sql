-- Profiles that no customer of the shop is known for: what the shop tells of its own customers stays.
select
    _line,
    case
        when f."Email" is null then 'profile without an address'
        when not starts_with(known.customer_id, 'guest-') then 'customer known from the shop'
    end as _left_out,
    guest_id(f."Email") as customer_id,
    lower(f."Email") as email,
    "Phone Number" as phone,
    "First Name" as first_name,
    "Last Name" as last_name,
    case when regexp_full_match("Country", '[A-Za-z]{2}') then upper("Country") end as country,
    "City" as city,
    "Zip Code" as postal_code
from file f
left join known_addresses known on known.email = lower(f."Email")
