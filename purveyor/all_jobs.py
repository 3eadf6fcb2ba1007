"""Every job there is. Each room writes the function; this list makes it known to workers, schedules and the command."""

from __future__ import annotations

from warehouse.jobs.job import Job

JOBS: tuple[Job, ...] = ()
"""In the order in which people read them."""
