-- Units exposed so far, per experiment and variant.
select experiment, variant, count(*) as units
from exposures
group by experiment, variant
