-- The columns of the customer import (and of exports that can be imported again).
select
    _line,
    "Customer ID" as customer_id,
    lower("Email *") as email,
    "First Name *" as first_name,
    "Last Name *" as last_name,
    nullif("Birthday (yyyy-mm-dd)", '0000-00-00') as birth_date,
    nullif("Registration date (yyyy-mm-dd)", '0000-00-00') as registered_at
from file
