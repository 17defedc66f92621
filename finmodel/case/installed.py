"""Clauses that installed packages offer; none of them acts, or is loaded, until a user names it."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

GROUP = "finmodel.clauses"


def installed() -> dict[str, EntryPoint]:
    """Name of a clause → where a package has it; the first package of a name."""
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=GROUP):
        found.setdefault(entry.name, entry)
    return found


def package(entry: EntryPoint) -> str:
    """The package that offers a clause, with its version.

    Args:
        entry: What an installed package offers.
    """
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else entry.module


def hint(key: str) -> str:
    """What to say of a table that no loaded module knows and an installed clause would; empty without one.

    Args:
        key: Dotted key.
    """
    entry = installed().get(key)
    if entry is None:
        return ""
    return f"The installed package {package(entry)} knows [{key}]: add --module {key}."
