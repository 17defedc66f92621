"""Modules that a user names become clauses.

A module is a Python file, or what an installed package offers under the entry points `finmodel.clauses`. The text of a
file is read once: what is run is what is hashed, and the same text is loaded once.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import CodeType, ModuleType

from finmodel.case.describe import nearest
from finmodel.case.guard import Text, read_text
from finmodel.case.installed import installed, package
from finmodel.deal.own.checking import checked
from finmodel.deal.own.clause import Clause
from finmodel.deal.own.declared import Origin
from finmodel.deal.own.mistakes import line_in, mistake, said
from finmodel.kernel.errors import CaseError, UsageError, want

Module = str | Path
ENDING = ".py"
_loaded: dict[tuple[str, str], Clause] = {}


def clauses_of(modules: Iterable[Module]) -> tuple[Clause, ...]:
    """The clauses of modules, in the order in which they are named.

    Args:
        modules: Paths of Python files, and names of installed clauses.

    Raises:
        UsageError: Not a list of paths and names, no such installed clause, or two of one name.
        CaseError: A module cannot be loaded, or has no clause as it should be.
        FileError, LimitError: A file cannot be read, or is beyond a limit.
    """
    want(modules, (list, tuple), "modules is a list of files and names of installed clauses")
    found: dict[str, Clause] = {}
    for module in modules:
        want(module, (str, Path), "a module is a file, or the name of an installed clause")
        clause = _from_file(Path(module)) if str(module).endswith(ENDING) else _from_package(str(module))
        other = found.setdefault(clause.name, clause)
        if other is not clause:
            two = f"{other.origin.file} and {clause.origin.file}"
            raise UsageError(f"two modules have a clause {clause.name}: {two}. Name one of them.")
    _agree(found.values())
    return tuple(found.values())


def _agree(clauses: Iterable[Clause]) -> None:
    """Refuse two clauses that call different parties by one name.

    Raises:
        UsageError: Two do.
    """
    seen: dict[str, Clause] = {}
    for clause in clauses:
        for id, party in clause.parties.items():
            other = seen.setdefault(id, clause)
            if other.parties[id] != party:
                two = f"{other.origin.file} and {clause.origin.file}"
                raise UsageError(f"two modules have a party {id} that is not the same: {two}. Rename one of them.")


def _from_file(path: Path) -> Clause:
    text = read_text(path)
    key = str(path.absolute()), sha256(text.data).hexdigest()
    if key not in _loaded:
        origin = _origin(text, str(path))
        _loaded[key] = checked(_only(_run(origin, text.text), origin), origin, "")
    return _loaded[key]


def _from_package(name: str) -> Clause:
    entry = installed().get(name)
    if entry is None:
        near = nearest(name, installed())
        known = ", ".join(installed())
        hint = f'Did you mean "{near}"?' if near else f"Installed are: {known}." if known else "None is installed."
        raise UsageError(f'"{name[:60]}" is not an installed clause. {hint} A file ends in {ENDING}.')
    try:
        offered = entry.load()
        source = inspect.getsourcefile(offered)
    except (Exception, SystemExit) as error:
        raise UsageError(f"the clause {name} of {package(entry)} cannot be loaded: {said(error)}") from error
    text = read_text(Path(source or entry.module))
    origin = _origin(text, "/".join(text.path.parts[-2:]))
    cls = _only(offered, origin) if isinstance(offered, ModuleType) else offered
    clause = checked(cls, origin, package(entry).rpartition(" ")[2])
    if clause.name != name:
        raise UsageError(f"the entry point {name} of {package(entry)} has the clause {clause.name}: call both alike")
    return _loaded.setdefault((str(text.path), origin.sha256), clause)


def _origin(text: Text, file: str) -> Origin:
    return Origin(file, str(text.path), tuple(text.lines), sha256(text.data).hexdigest())


class _Loader(InspectLoader):
    """Runs a text that was read before, and writes nothing beside it."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text

    def get_source(self, fullname: str) -> str:
        """The text."""
        return self.text

    def get_code(self, fullname: str) -> CodeType:
        """The text, compiled."""
        return self.source_to_code(self.text, self.path)


def _run(origin: Origin, text: str) -> ModuleType:
    """The module of a text.

    Raises:
        CaseError: It is not Python, or raises.
    """
    name = f"finmodel_clause_{origin.sha256[:16]}"
    loader = _Loader(origin.path, text)
    module = module_from_spec(ModuleSpec(name, loader, origin=origin.path))
    sys.modules[name] = module  # where the types of its keys are looked up
    try:
        loader.exec_module(module)
    except CaseError:
        raise
    except SyntaxError as error:
        if error.filename != origin.path:
            raise mistake(origin, line_in(error, origin.path), "", said(error)) from error
        raise mistake(origin, error.lineno or 0, "", f"this is not Python: {error.msg}") from error
    except (Exception, SystemExit) as error:
        raise mistake(origin, line_in(error, origin.path), "", said(error)) from error
    return module


def _only(module: ModuleType, origin: Origin) -> type[Clause]:
    """The one public clause of a module.

    Raises:
        CaseError: It has none, or several.
    """
    found = list(_public(module))
    if len(found) == 1:
        return found[0]
    names = ", ".join(cls.__name__ for cls in found)
    wrong = f"a module has one clause: this one has {names}" if found else "the module has no clause"
    raise mistake(origin, 0, "", wrong, "Write one public class that extends finmodel.Clause.")


def _public(module: ModuleType) -> Iterator[type[Clause]]:
    for name, value in vars(module).items():
        own = isinstance(value, type) and issubclass(value, Clause) and value.__module__ == module.__name__
        if own and not name.startswith("_"):
            yield value
