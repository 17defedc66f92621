"""The plan: in which order, and in which direction of time, lines are computed.

Lines that need each other form a component (Tarjan 1972). A component looks only back or only ahead in time, and
within a period it has no loop. Each line gets a level: even levels run forward, odd ones backward; a level starts
when everything it reads from the future, or as a whole row, is complete.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from finmodel.kernel.errors import CircularityError, ModelError
from finmodel.kernel.expr import Expr, Fold, Given, Op, Shift, text
from finmodel.kernel.model import Line, Model, walk

NOW, LAG, LEAD, WHOLE = "now", "lag", "lead", "whole"


class Read(NamedTuple):
    """A line that another one reads, and how: now, earlier, later, or its whole row."""

    line: Line
    how: str


Edges = dict[str, list[Read]]


@dataclass(frozen=True)
class Plan:
    """Lines in order of computing, and the level of each.

    Args:
        edges: The lines that each line reads, and how.
        inputs: The inputs that each line reads itself.
    """

    order: tuple[Line, ...]
    level: dict[str, int]
    edges: Edges
    inputs: dict[str, frozenset[str]]

    @cached_property
    def readers(self) -> dict[str, list[str]]:
        """The lines that read each line."""
        found: dict[str, list[str]] = {}
        for line in self.order:
            for target, _ in self.edges[line.id]:
                found.setdefault(target.id, []).append(line.id)
        return found

    def precedents(self, ids: Iterable[str]) -> set[str]:
        """These lines and every line they need.

        Args:
            ids: Ids of lines.
        """
        found: set[str] = set()
        stack = list(ids)
        while stack:
            id = stack.pop()
            if id not in found:
                found.add(id)
                stack.extend(line.id for line, _ in self.edges[id])
        return found


def plan(model: Model) -> Plan:
    """Order the lines of a model.

    Raises:
        ModelError: A line has no formula, reads a display line, or needs its own whole row.
        CircularityError: Lines need each other in the same period; names the shortest loop.
    """
    nodes = {line.id: list(walk(line.expr)) for line in model.lines.values()}
    edges: Edges = {line.id: list(_edges(line, nodes[line.id])) for line in model.lines.values()}
    order: list[Line] = []
    level: dict[str, int] = {}
    for component in _components(model.lines, edges):
        members = {line.id for line in component}
        depth = _level(component, members, edges, level)
        for line in _by_period(component, members, edges):
            level[line.id] = depth
            order.append(line)
    inputs = {id: frozenset(node.id for node in read if isinstance(node, Given)) for id, read in nodes.items()}
    return Plan(tuple(order), level, edges, inputs)


def varying(plan: Plan, names: Iterable[str] | None) -> set[str]:
    """The lines that change when the named inputs change; None means every line.

    Args:
        names: Ids of inputs.
    """
    if names is None:
        return {line.id for line in plan.order}
    moved = set(names)
    pending = [line.id for line in plan.order if not moved.isdisjoint(plan.inputs[line.id])]
    changing = set(pending)
    while pending:
        for reader in plan.readers.get(pending.pop(), ()):
            if reader not in changing:
                changing.add(reader)
                pending.append(reader)
    return changing


def late(plan: Plan, lines: Sequence[Line]) -> dict[str, int]:
    """The latest forward level of each of some lines: computed beside what reads it, a line needs no row of its own.

    A line moves to the first level of its readers when all of these read it as of now or before, in forward levels.

    Args:
        lines: Lines that are read ahead.
    """
    edges = [(line, target.id, how) for line in reversed(lines) for target, how in plan.edges[line.id]]
    read = {target for _, target, _ in edges}
    top = max((level for level in plan.level.values() if level % 2 == 0), default=0)
    levels = {}
    for line in lines:
        moves = line.series and line.id in read and plan.level[line.id] % 2 == 0
        levels[line.id] = top if moves else plan.level[line.id]
    moved = True
    while moved:
        moved = False
        for line, target, how in edges:
            own = levels[line.id]
            bound = plan.level[target] if how in (WHOLE, LEAD) or own % 2 or not line.series else own
            if levels.get(target, 0) > bound:
                levels[target], moved = bound, True
    return levels


def _edges(line: Line, nodes: Iterable[Expr]) -> Iterator[Read]:
    if line.expr is None:
        raise ModelError(f"{line.id} was declared ahead and never given a formula ({line.where})")
    for node in nodes:
        if isinstance(node, Op) and node.name == "shown" and line.kind != "display":
            raise ModelError(f"{line.id} may be n/a: declare it with display ({line.where})")
        for target, how in _reads(node):
            if target.kind == "display":
                raise ModelError(f"{line.id} reads {target.id}, which is for display only ({line.where})")
            yield Read(target, how)


def _reads(node: Expr) -> Iterator[Read]:
    if isinstance(node, Line):
        yield Read(node, NOW)
    elif isinstance(node, Shift):
        yield Read(node.line, NOW if node.back == 0 else LAG if node.back > 0 else LEAD)
    elif isinstance(node, Fold):
        for row in node.lines:
            yield Read(row, WHOLE)


def _components(lines: dict[str, Line], edges: Edges) -> list[list[Line]]:
    """Strongly connected components, precedents first (Tarjan, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    found: list[list[Line]] = []
    for root in lines:
        if root in index:
            continue
        work = [(root, iter(edges[root]))]
        index[root] = low[root] = len(index)
        path.append(root)
        on_path.add(root)
        while work:
            id, rest = work[-1]
            for target, _ in rest:
                if target.id not in index:
                    index[target.id] = low[target.id] = len(index)
                    path.append(target.id)
                    on_path.add(target.id)
                    work.append((target.id, iter(edges[target.id])))
                    break
                if target.id in on_path:
                    low[id] = min(low[id], index[target.id])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[id])
                if low[id] == index[id]:
                    found.append(_cut(path, id, on_path, lines))
    return found


def _cut(path: list[str], id: str, on_path: set[str], lines: dict[str, Line]) -> list[Line]:
    """Take a finished component off the path."""
    members: list[str] = []
    while not members or members[-1] != id:
        members.append(path.pop())
    on_path.difference_update(members)
    return [lines[name] for name in reversed(members)]


def _level(component: list[Line], members: set[str], edges: Edges, level: dict[str, int]) -> int:
    """The lowest level at which a component can run."""
    inner = {how: (line, target) for line in component for target, how in edges[line.id] if target.id in members}
    if WHOLE in inner:
        line, row = inner[WHOLE]
        raise ModelError(f"{line.id} needs the whole row of {row.id}, which needs {line.id} itself ({line.where})")
    if LAG in inner and LEAD in inner:
        (later, past), (earlier, future) = inner[LAG], inner[LEAD]
        raise ModelError(
            "lines need both earlier and later periods of each other: "
            f"{later.id} looks back at {past.id} ({later.where}), "
            f"{earlier.id} looks ahead at {future.id} ({earlier.where})"
        )
    depth = 0
    odd: set[int] = set()
    even: set[int] = set()
    for line in component:
        for target, how in edges[line.id]:
            if target.id in members:
                continue
            depth = max(depth, level[target.id] + (how == WHOLE))
            if how == LAG:
                odd.add(level[target.id])
            elif how == LEAD:
                even.add(level[target.id])
    while _barred(depth, inner, odd, even):
        depth += 1
    return depth


def _barred(depth: int, inner: Container[str], odd: set[int], even: set[int]) -> bool:
    """Whether a level has the wrong direction: a lag needs even, a lead odd, or a row of an earlier level."""
    backward = depth % 2 == 1
    return (backward and (LAG in inner or depth in odd)) or (not backward and (LEAD in inner or depth in even))


def _by_period(component: list[Line], members: set[str], edges: Edges) -> list[Line]:
    """Members in an order that works within one period."""
    waiting = {line.id: {t.id for t, how in edges[line.id] if how == NOW and t.id in members} for line in component}
    readers: dict[str, list[str]] = {id: [] for id in waiting}
    for id, needs in waiting.items():
        for need in needs:
            readers[need].append(id)
    by_id = {line.id: line for line in component}
    ready = deque(id for id, needs in waiting.items() if not needs)
    done: list[Line] = []
    while ready:
        id = ready.popleft()
        done.append(by_id[id])
        for reader in readers[id]:
            waiting[reader].discard(id)
            if not waiting[reader]:
                ready.append(reader)
    if len(done) < len(component):
        _raise_loop({id: needs for id, needs in waiting.items() if needs}, by_id)
    return done


def _raise_loop(needs: dict[str, set[str]], lines: dict[str, Line]) -> None:
    """Name the shortest loop, each line with its formula and place."""
    loops = [loop for start in sorted(needs) if (loop := _shortest(start, needs))]
    loop = min(loops, key=len)
    rows = [
        f"  {id} = {text(expr)}   ({lines[id].where})"
        for id in loop
        if (expr := lines[id].expr) is not None
    ]  # fmt: skip
    chain = " → ".join([*loop, loop[0]])
    remedy = "Break it with .prev, or make one of them a solved input."
    raise CircularityError("\n".join([f"these lines need each other in the same period: {chain}", *rows, remedy]))


def _shortest(start: str, needs: dict[str, set[str]]) -> list[str] | None:
    """The shortest way from a line back to itself."""
    came: dict[str, str] = {}
    queue = deque([start])
    while queue:
        id = queue.popleft()
        for need in sorted(needs.get(id, ())):
            if need == start:
                way = [id]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return way[::-1]
            if need not in came and need in needs:
                came[need] = id
                queue.append(need)
    return None
