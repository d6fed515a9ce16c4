"""The time that is searched: parts of a timeline, cut also where a minimum run from an edge begins or ends."""

from collections.abc import Sequence
from typing import NamedTuple

from hems_actors.core.planning.pieces import Timeline


class Rules(NamedTuple):
    """What runs must keep."""

    run_s_min: int
    rest_s: int | None
    """How long the run that is going on must still last; None = there is none."""


class Segment(NamedTuple):
    """Cells of the timeline that are searched without a gap, and where they are on the course."""

    first: int
    end: int
    """Cells, as in a slice."""
    node: int
    node_last: int


class Course(NamedTuple):
    """Nodes (instants) and the cells between them; cell i lies between nodes i and i + 1."""

    at_s: list[int]
    rank: list[int]
    power_w: list[int]
    """0 = not to be used."""
    energy_ws: list[int]
    reach: list[int]
    """For each node the first one at which a run that starts there may end; -1 = no run starts there."""
    going: int
    """The first node at which the run that goes on at node 0 may end; -1 = there is none."""
    last_from: int
    last_to: int
    """Seen backwards: the nodes from which that run may come; none if `last_to` is less."""


class Draft(NamedTuple):
    """A course in the making, both ways."""

    at_s: list[int]
    rank: list[int]
    power_w: list[int]
    energy_ws: list[int]
    ahead: list[int]
    behind: list[int]


def courses_of(line: Timeline, kept: Sequence[int], rules: Rules) -> tuple[Course, Course, list[Segment]]:
    """Return the course through the *kept* cells of *line*, the same seen backwards, and its segments.

    Args:
        line: the timeline.
        kept: cells with power, ascending, at least one.
        rules: what runs must keep.
    """
    draft = Draft([], [], [], [], [], [])
    going, goes = -1, -1
    segments: list[Segment] = []
    for first, end in _groups(kept):
        node = len(draft.at_s)
        if node:
            draft.rank.append(0)
            draft.power_w.append(0)
            draft.energy_ws.append(0)
        rest_s = rules.rest_s if first == 0 else None
        whole = not (first and line.power_w[first - 1]) and not (end < len(line.power_w) and line.power_w[end])
        _draw(draft, line, (first, end), (rules.run_s_min, rest_s, whole))
        segments.append(Segment(first, end, node, len(draft.at_s) - 1))
        if rest_s is not None:
            goes = len(draft.at_s) - 1
            until_s = draft.at_s[0] + rest_s
            reached = [at for at, at_s in enumerate(draft.at_s) if at_s >= until_s]
            going = reached[0] if reached else goes if whole else -1
    top = len(draft.at_s) - 1
    forward = Course(draft.at_s, draft.rank, draft.power_w, draft.energy_ws, draft.ahead, going, 0, -1)
    backward = Course(
        [-at_s for at_s in reversed(draft.at_s)],
        draft.rank[::-1],
        draft.power_w[::-1],
        draft.energy_ws[::-1],
        [top - node if node >= 0 else -1 for node in reversed(draft.behind)],
        -1,
        *((top - goes, top - going) if going >= 0 else (0, -1)),
    )
    return forward, backward, segments


def _groups(kept: Sequence[int]) -> list[tuple[int, int]]:
    """Return the ranges of *kept* that have no gap, as in a slice."""
    breaks = [at for at in range(1, len(kept)) if kept[at] != kept[at - 1] + 1]
    firsts, ends = [0, *breaks], [*breaks, len(kept)]
    return [(kept[first], kept[end - 1] + 1) for first, end in zip(firsts, ends, strict=True)]


def _draw(draft: Draft, line: Timeline, cells: tuple[int, int], rules: tuple[int, int | None, bool]) -> None:
    """Append the nodes of *cells* and what lies between them; the rules: minimum run, rest, nothing on either side."""
    (first, end), (run_s_min, rest_s, whole) = cells, rules
    edges_s = line.edges_s[first : end + 1]
    wanted_s = list(edges_s)
    if run_s_min:
        wanted_s += [edge_s + run_s_min for edge_s in edges_s]
        wanted_s += [edge_s - run_s_min for edge_s in edges_s]
    if rest_s is not None:
        wanted_s.append(edges_s[0] + rest_s)
    nodes_s = sorted(dict.fromkeys([at_s for at_s in wanted_s if edges_s[0] <= at_s <= edges_s[-1]]))
    base, cell = len(draft.at_s), first
    draft.at_s.extend(nodes_s)
    for at in range(len(nodes_s) - 1):
        if line.edges_s[cell + 1] <= nodes_s[at]:
            cell += 1
        draft.rank.append(line.rank[cell])
        draft.power_w.append(line.power_w[cell])
        draft.energy_ws.append(line.power_w[cell] * (nodes_s[at + 1] - nodes_s[at]))
    if whole and nodes_s[-1] - nodes_s[0] < run_s_min:
        last = len(nodes_s) - 1
        draft.ahead.extend([base + last, *[-1] * last])
        draft.behind.extend([*[-1] * last, base])
        return
    draft.ahead.extend(_ahead(nodes_s, base, run_s_min))
    back_s = [-at_s for at_s in reversed(nodes_s)]
    far = base + len(nodes_s) - 1
    draft.behind.extend([far - node if node >= 0 else -1 for node in reversed(_ahead(back_s, 0, run_s_min))])


def _ahead(nodes_s: Sequence[int], base: int, run_s_min: int) -> list[int]:
    """Return for each of *nodes_s* the number of the first one a minimum run later, counted from *base*, else -1."""
    found = [-1] * len(nodes_s)
    node = 0
    for far, far_s in enumerate(nodes_s):
        while node <= far and nodes_s[node] + run_s_min <= far_s:
            found[node] = base + far
            node += 1
    return found
