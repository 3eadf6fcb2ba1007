-- The customers export. Ids stand behind an apostrophe, which keeps spreadsheets from rounding them.
select
    _line,
    case when "Customer ID" is null and "Email" is null then 'customer without id or address' end as _left_out,
    coalesce(ltrim("Customer ID", ''''), guest_id("Email")) as customer_id,
    lower("Email") as email,
    coalesce(ltrim("Phone", ''''), ltrim("Default Address Phone", '''')) as phone,
    "First Name" as first_name,
    "Last Name" as last_name,
    upper("Default Address Country Code") as country,
    "Default Address City" as city,
    ltrim("Default Address Zip", '''') as postal_code
from file
