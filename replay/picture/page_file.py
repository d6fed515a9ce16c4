"""The report: one HTML file that needs nothing else, written whole or not at all."""

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from tempfile import mkstemp
from typing import Any, Final
from zlib import compress

from hems_actors.core.enums import Issuer, Mode
from hems_actors.core.registry import KINDS
from hems_actors.core.rules import RULES
from replay.picture.columns import Group
from replay.picture.content import Content

FIRST_LINE: Final = "<!doctype html><!-- a report of hems-replay -->"
_PAGE: Final = files("replay.picture") / "page"
_VENDOR: Final = files("replay.picture") / "vendor"
_SCRIPTS: Final = ("data.js", "axes.js", "charts.js", "marks.js", "main.js")


class NotOursError(Exception):
    """The file to write is there already and is no report; one line for whoever asked."""


def write_report(content: Content[Group], path: Path) -> int:
    """Write the report of *content* to *path*, mode 0600, in place of an older report only; return its size in bytes.

    Raises:
        NotOursError: something else is there.
        OSError: it cannot be written.
    """
    with suppress(FileNotFoundError), path.open("rb") as file:
        if file.read(len(FIRST_LINE)) != FIRST_LINE.encode():
            raise NotOursError(f"{path}: is there already and is no report: remove it, or take another name")
    descriptor, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)  # readable for its owner alone
    new = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(parts(content))
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    return path.stat().st_size


def parts(content: Content[Group]) -> Iterator[str]:
    """Yield the text of the report in parts."""
    page = (_PAGE / "page.html").read_text(encoding="utf-8")
    style = (_VENDOR / "uPlot.min.css").read_text(encoding="utf-8") + (_PAGE / "page.css").read_text(encoding="utf-8")
    licence = (_VENDOR / "uPlot.LICENSE").read_text(encoding="utf-8")
    script = f"/*\n{licence}*/\n" + (_VENDOR / "uPlot.iife.min.js").read_text(encoding="utf-8")
    script += "\n".join((_PAGE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    before, after = page.split("<!-- content -->")
    yield FIRST_LINE + before.replace("/* style */", style)
    yield f'<script type="application/json" id="about">{_safe(_about(content))}</script>\n'
    for name, group in content.groups.items():
        for column, packed in group.columns():
            yield f'<script type="application/octet-stream" data-group="{name}" data-column="{column}">'
            yield from packed.base64()
            yield "</script>\n"
    for name, rows in (("decisions", content.decisions), ("marks", content.marks)):
        text = json.dumps(rows, separators=(",", ":"), ensure_ascii=False).encode()
        packed_rows = b64encode(compress(text)).decode()
        yield f'<script type="application/octet-stream" data-rows="{name}">{packed_rows}</script>\n'
    yield after.replace("/* script */", script)


def _about(content: Content[Group]) -> dict[str, Any]:
    return {
        "home": content.home,
        "first": content.first_ms,
        "last": content.last_ms,
        "names": content.names,
        "chargers": content.chargers,
        "cars": content.cars,
        "unmeasured": content.unmeasured,
        "clock": content.clock,
        "groups": {name: {"first": group.first_ms, "rows": group.rows} for name, group in content.groups.items()},
        "prices": content.prices,
        "plans": content.plans,
        "gaps": content.gaps,
        "problems": content.problems,
        "events": content.events,
        "files": content.files,
        "rules": {number: [text.name, text.sentence, text.operands] for number, text in RULES.items()},
        "kinds": {number: event.__name__ for number, event in KINDS.items()},
        "issuers": {issuer.value: issuer.name.lower().replace("_", " ") for issuer in Issuer},
        "modes": {mode.value: mode.name.title().replace("_", "") for mode in Mode},
    }


def _safe(value: object) -> str:
    """Return *value* as JSON that cannot end a script, whatever names are in it."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
