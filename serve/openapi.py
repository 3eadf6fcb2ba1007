"""The API's description at /openapi.json: what FastAPI derives from the routes, and what it cannot know."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from serve.problems import Problem, documented

_DESCRIPTION = """\
Recommendations, events, prices, matches, segments and experiments of one shop.

Every request below `/v1` needs an API key (`purveyor key create --scopes recommend,events`) that has the scope of the
route. Every error is a problem document (RFC 9457, `application/problem+json`). Money is a decimal as text with an
ISO 4217 currency beside it; times are ISO 8601 in UTC; what is not known is null.
"""

_TAGS = [
    {"name": "recommendations", "description": "What to show a customer, or beside products"},
    {"name": "events", "description": "What happens in the storefront"},
    {"name": "prices", "description": "Our prices beside the market's"},
    {"name": "matches", "description": "Which offer is which product"},
    {"name": "segments", "description": "Groups of customers by rule"},
    {"name": "experiments", "description": "Which variant of an A/B test a unit gets"},
    {"name": "health", "description": "For whatever starts and watches servers"},
]


def describe(app: FastAPI) -> None:
    """Have `app` answer a complete description: problem documents for every error a route can give."""

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title, version=app.version, description=_DESCRIPTION, tags=_TAGS, routes=app.routes
            )
            _add_problems(schema)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = complete  # type: ignore[method-assign]  # FastAPI's documented way to extend the schema


def _add_problems(schema: dict[str, Any]) -> None:
    schemas = schema["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)  # FastAPI's own shape of a 422, which this API never answers
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"), Problem=problem)
    for path in schema["paths"].values():
        for operation in path.values():
            responses = operation["responses"]
            also = [500]
            if "422" in responses or "requestBody" in operation:
                also.append(422)
            if operation.get("security"):
                also += [401, 403, 503]
            responses.update({str(status): response for status, response in documented(*also).items()})
            operation["responses"] = dict(sorted(responses.items()))
