-- The customers main file, which has no ids: a customer is known by the address, as in the orders.
select
    _line,
    coalesce(known.customer_id, guest_id(f."email")) as customer_id,
    lower(f."email") as email,
    "firstname" as first_name,
    "lastname" as last_name,
    loose_day("dob") as birth_date,
    "created_at" as registered_at
from file f
left join known_addresses known on known.email = lower(f."email")
