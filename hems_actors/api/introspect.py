"""What the table of methods says, in the words of nymea's Introspect."""

import types
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from hems_actors.api.calls import Introspection
from hems_actors.api.fields import Note, Wire
from hems_actors.api.methods import ADMIN, ALIAS, CONTROL, FREE, METHODS, NAMESPACE, NOTIFICATIONS

_BASIC: Final = {bool: "Bool", float: "Double", str: "String", dict: "Object"}


class Field(NamedTuple):
    """One field of a message, as a reader needs it."""

    name: str
    kind: Any
    """Its type as Introspect has it: a basic type, `$ref:Name`, or a list of one of them."""
    refers: type | None
    """The class `$ref` stands for."""
    optional: bool
    note: Note
    low: int | None
    high: int | None
    meaning: str

    @property
    def key(self) -> str:
        """Its name with nymea's marks: `o:` may be absent, `r:` is ignored in what is sent."""
        return ("r:" if self.note.read_only else "") + ("o:" if self.optional else "") + self.name


def fields_of(model: type[Wire]) -> list[Field]:
    """Return the fields of *model* as they are on the wire."""
    return [_field(info.alias or name, info) for name, info in model.model_fields.items()]


def shape_of(model: type[Wire]) -> dict[str, Any]:
    """Return *model* as Introspect shows params, returns and types."""
    return {field.key: field.kind for field in fields_of(model)}


def referred() -> tuple[list[type[Wire]], list[type[StrEnum]]]:
    """Return the types and the enums that methods and notifications speak of, by name."""
    found: dict[str, type] = {}
    waiting = [model for method in METHODS for model in (method.params, method.returns)]
    waiting += [told.params for told in NOTIFICATIONS]
    while waiting:
        for field in fields_of(waiting.pop()):
            if field.refers is not None and field.refers.__name__ not in found:
                found[field.refers.__name__] = field.refers
                if issubclass(field.refers, Wire):
                    waiting.append(field.refers)
    ordered = [found[name] for name in sorted(found)]
    return [each for each in ordered if issubclass(each, Wire)], [each for each in ordered if issubclass(each, StrEnum)]


@cache
def introspection() -> Introspection:
    """Return the answer to Introspect."""
    models, enums = referred()
    methods = {
        name: {
            "description": method.description,
            "params": shape_of(method.params),
            "permissionScope": method.permission,
            "returns": shape_of(method.returns),
        }
        for method in METHODS
        for name in _names(method.name)
    }
    notifications = {
        name: {"description": told.description, "params": shape_of(told.params)}
        for told in NOTIFICATIONS
        for name in _names(told.name)
    }
    return Introspection(
        enums={each.__name__: [member.value for member in each] for each in enums}
        | {"BasicType": ["Uuid", "String", "StringList", "Int", "Uint", "Double", "Bool", "Variant", "Object"]}
        | {"PermissionScope": [FREE, CONTROL, ADMIN]},
        flags={"PermissionScopes": ["$ref:PermissionScope"]},
        methods=methods,
        notifications=notifications,
        types={each.__name__: shape_of(each) for each in models},
    )


def _names(name: str) -> Iterator[str]:
    """Yield the names a method or notification goes by."""
    yield name
    namespace, _, rest = name.partition(".")
    if namespace == NAMESPACE:
        yield f"{ALIAS}.{rest}"


def _field(name: str, info: FieldInfo) -> Field:
    annotation, marks = _flat(Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation)
    notes = [mark for mark in marks if isinstance(mark, Note)]
    low = next((mark.ge for mark in marks if isinstance(mark, Ge) and isinstance(mark.ge, int)), None)
    high = next((mark.le for mark in marks if isinstance(mark, Le) and isinstance(mark.le, int)), None)
    note = Note(*(next(filter(None, column), column[0]) for column in zip(*notes, strict=True))) if notes else Note()
    kind, refers = (note.kind, None) if note.kind else _type(annotation, low)
    return Field(
        name, kind, refers, not info.is_required(), note, low, high, " ".join((info.description or "").split())
    )


def _type(annotation: Any, low: int | None) -> tuple[Any, type | None]:  # noqa: ANN401 - an annotation
    """Return the type as Introspect has it, and what it refers to."""
    if get_origin(annotation) is list:
        inner, marks = _flat(get_args(annotation)[0])
        kind = next((mark.kind for mark in marks if isinstance(mark, Note) and mark.kind), None)
        if kind is None:
            kind, refers = _type(inner, None)
            return ("StringList", None) if kind == "String" else ([kind], refers)
        return [kind], None
    base = get_origin(annotation) or annotation
    if base is int:
        return ("Int" if low is None or low < 0 else "Uint"), None
    if base in _BASIC:
        return _BASIC[base], None
    return f"$ref:{base.__name__}", base


def _flat(annotation: Any) -> tuple[Any, list[Any]]:  # noqa: ANN401 - an annotation
    """Return the bare type and all that is said about it, the outermost first; whether it may be None is left out."""
    marks: list[Any] = []
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *said = get_args(annotation)
            marks += [
                one for mark in reversed(said) for one in (mark.metadata if isinstance(mark, FieldInfo) else [mark])
            ]
        elif get_origin(annotation) in (Union, types.UnionType):
            annotation = next(each for each in get_args(annotation) if each is not type(None))
        else:
            return annotation, marks
