"""Whether params are as the table of methods says; refused in nymea's words."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from hems_actors.api.fields import Wire
from hems_actors.api.introspect import Field, fields_of
from hems_actors.api.methods import Method

_SHOWN: Final = 60
_RANGE: Final = ("greater_than_equal", "less_than_equal", "too_long")


class RefusedError(Exception):
    """The params do not fit the method: answered with `status: error` and this text."""


class RangeError(Exception):
    """The params fit, but a value is out of range: answered with an `energyError`."""


def checked(name: str, method: Method, params: Mapping[str, Any]) -> Wire:
    """Return *params* for *method*, which the client called *name*.

    Raises:
        RefusedError: a key is missing or unknown, or a value of another type.
        RangeError: a value is out of range.
    """
    fields = {field.name: field for field in fields_of(method.params)}
    given = _keys(fields, params, name, "")
    try:
        return method.params.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
    wrong = next((each for each in found if each["type"] not in _RANGE), None)
    if wrong is None:
        raise RangeError
    where = ".".join(str(part) for part in wrong["loc"])
    shown = wrong["input"] if isinstance(wrong["input"], str) else ""
    kind = _kind(method.params, wrong["loc"])
    what = f"Invalid Uuid: {shown[:_SHOWN]}" if kind == "Uuid" else f"Invalid type: expected {kind}"
    raise _refusal(what, name, where)


def _keys(fields: Mapping[str, Field], params: Mapping[str, Any], name: str, outer: str) -> dict[str, Any]:
    """Return *params* without what is read-only; those inside of others too."""
    missing = sorted(key for key, field in fields.items() if not field.optional and key not in params)
    if missing:
        raise _refusal(f"Missing required key: {missing[0]}", name, outer or missing[0])
    unknown = sorted(params.keys() - fields.keys())
    if unknown:
        raise _refusal(f"Invalid key: {unknown[0][:_SHOWN]}", name, outer)
    given: dict[str, Any] = {}
    for key, value in params.items():
        field = fields[key]
        if field.note.read_only:
            continue
        if value is None:
            raise _refusal(f"Invalid type: expected {_written(field.kind)}", name, f"{outer}{key}")
        inner = field.refers
        if inner is not None and issubclass(inner, Wire) and isinstance(value, dict):
            given[key] = _keys({each.name: each for each in fields_of(inner)}, value, name, f"{key}.")
        else:
            given[key] = value
    return given


def _kind(model: type[Wire], path: tuple[int | str, ...]) -> str:
    """Return the type that is expected at *path* in *model*."""
    kind: Any = "Object"
    inner: type | None = model
    for part in path:
        if isinstance(part, int):
            kind = kind[0] if isinstance(kind, list) else "String"
        elif inner is not None and issubclass(inner, Wire):
            field = next(each for each in fields_of(inner) if each.name == part)
            kind, inner = field.kind, field.refers
    return _written(kind)


def _written(kind: str | list[str]) -> str:
    """Return a type as text: a list is `[type]`."""
    return kind if isinstance(kind, str) else f"[{kind[0]}]"


def _refusal(what: str, name: str, where: str) -> RefusedError:
    return RefusedError(f"Invalid params: {what} in {name}, param {where}")
