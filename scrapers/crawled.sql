-- The figures of a run's crawls: the first has its id, each after that the id with a number behind it.
select c.crawl_id, c.planned, c.fetched, c.offers, c.priced, c.failures, c.outcome
from crawls as c
where c.crawl_id = $run or substr(c.crawl_id, 1, length($run) + 1) = $run || '.'
