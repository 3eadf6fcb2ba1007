"""The description at /openapi.json: whole, consistent, and true of what the API answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.openapi.models import OpenAPI
from pydantic import BaseModel

from serve.access import SCOPES


@pytest.fixture
def schema(bare: httpx.Client) -> dict[str, Any]:
    """The description as served."""
    answer = bare.get("/openapi.json")
    assert answer.status_code == 200
    return answer.json()  # type: ignore[no-any-return]


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation)."""
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_it_is_an_openapi_document(schema: dict[str, Any]) -> None:
    assert OpenAPI.model_validate(schema).openapi.startswith("3.1")
    ids = [operation["operationId"] for _, _, operation in operations(schema)]
    assert len(ids) == len(set(ids))


def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    def references(node: object) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    found = set(references(schema))
    assert "#/components/schemas/Problem" in found
    for reference in found:
        place: Any = schema
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
        assert place


def test_every_operation_says_what_it_is_for_and_what_can_go_wrong(schema: dict[str, Any]) -> None:
    for path, _, operation in operations(schema):
        assert operation["summary"] and operation["description"] and operation["tags"], path
        problems = {status for status in operation["responses"] if status >= "400"}
        assert "500" in problems
        for status in problems:
            content = operation["responses"][status]["content"]
            assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        if path.startswith("/v1/"):
            assert {"401", "403", "503"} <= problems, path
            (scope,) = {scope for way in operation["security"] for scopes in way.values() for scope in scopes}
            assert scope in SCOPES
            assert {name for way in operation["security"] for name in way} == set(
                schema["components"]["securitySchemes"]
            )


def test_every_body_has_an_example_that_fits_it(schema: dict[str, Any]) -> None:
    """The examples are what people copy: each is checked against the model it stands for."""
    models = {model.__name__: model for model in BaseModel.__subclasses__() if model.__module__.startswith("serve.")}
    with_example = {name for name, part in schema["components"]["schemas"].items() if "example" in part}
    for name in with_example:
        models[name].model_validate(schema["components"]["schemas"][name]["example"])
    for path, _, operation in operations(schema):
        if path.startswith("/v1/"):
            (success,) = (response for status, response in operation["responses"].items() if status < "300")
            bodies = [success, *([operation["requestBody"]] if "requestBody" in operation else [])]
            for body in bodies:
                assert _named(body["content"]["application/json"]["schema"]) in with_example, path


def _named(part: dict[str, Any]) -> str:
    """The model a schema names, the first one where it names alternatives."""
    return str(part.get("$ref") or part["anyOf"][0]["$ref"]).removeprefix("#/components/schemas/")
