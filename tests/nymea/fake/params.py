"""How nymead checks the params of a call: missing keys, unknown keys, ids, lists of params."""

import re
from collections.abc import Mapping
from typing import Any, Final

_UUID: Final = re.compile(r"\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)
_PARAM_KEYS: Final = ("paramTypeId", "value")


class Refused(Exception):  # noqa: N818 - it is no error of the program
    """A call that is answered with `status: error` and this text."""


def checked(method: str, spec: Mapping[str, str], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return *params* with ids normalised; keys of *spec* that begin with `o:` are optional.

    Raises:
        Refused: they do not fit *spec*.
    """
    kinds = {key.removeprefix("o:"): kind for key, kind in spec.items()}
    for key in sorted(kinds):
        if key in spec and key not in params:
            raise Refused(f"Invalid params: Missing required key: {key} in {method}, param {key}")
    for key in sorted(params):
        if key not in kinds:
            raise Refused(f"Invalid params: Invalid key: {key} in {method}, param ")
    return {key: _value(f"{method}, param {key}.", kinds[key], params[key]) for key in sorted(params)}


def _value(where: str, kind: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if kind == "Uuid":
        return _uuid(where, value)
    if kind == "Uuids":
        return [_uuid(where, each) for each in value] if isinstance(value, list) else []
    if kind == "Params" and isinstance(value, list):
        return [_param(where, each) for each in value]
    if kind == "String" and not isinstance(value, str):
        raise Refused(f"Invalid params: Invalid type: expected String in {where}")
    return value


def _uuid(where: str, value: object) -> str:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise Refused(f"Invalid params: Invalid Uuid: {value if isinstance(value, str) else ''} in {where}")
    return value.strip("{}").lower()


def _param(where: str, value: object) -> dict[str, Any]:
    param = value if isinstance(value, dict) else {}
    for key in sorted(param):
        if key not in _PARAM_KEYS:
            raise Refused(f"Invalid params: Invalid key: {key} in {where}")
    if "value" not in param:
        raise Refused(f"Invalid params: Missing required key: value in {where}")
    return {"paramTypeId": _uuid(where, param.get("paramTypeId")), "value": param["value"]}
