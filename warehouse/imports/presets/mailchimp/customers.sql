-- Contacts that no customer of the shop is known for: what the shop tells of its own customers stays.
select
    _line,
    case
        when "Email Address" is null then 'contact without an address'
        when not starts_with(known.customer_id, 'guest-') then 'customer known from the shop'
    end as _left_out,
    guest_id("Email Address") as customer_id,
    lower("Email Address") as email,
    "Phone Number" as phone,
    "First Name" as first_name,
    "Last Name" as last_name,
    upper("CC") as country
from file f
left join known_addresses known on known.email = lower(f."Email Address")
