"""The one error tree. The command prints `str(error)` as one line; the API answers it as problem+json."""

from __future__ import annotations


class PurveyorError(Exception):
    """Something a person can mend: the text names the place and the remedy in one line."""


class InputError(PurveyorError):
    """What came from outside (a file, a row, an option, a request) is not what it must be."""


class ConfigError(PurveyorError):
    """A setting or the machine itself is not as needed."""


class NotFound(PurveyorError):
    """A named thing (store, segment, experiment, release) does not exist."""


class NotEnoughData(PurveyorError):
    """There is too little to answer from; the text says how much there is and how much is needed."""


class LakeError(PurveyorError):
    """The lake cannot be read or written as it stands (newer version, unknown features, conflict)."""


class QueryError(PurveyorError):
    """A query is outside the SQL subset, or its result is not what it declared."""
