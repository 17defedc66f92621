"""The command's application, and the arguments and options that verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

from finmodel.kernel.errors import UsageError

app = typer.Typer(name="finmodel", add_completion=False, no_args_is_help=True, rich_markup_mode=None)

CaseFolder = Annotated[str, typer.Argument(metavar="CASE", help="A case folder, or a case file.")]
Scenario = Annotated[str | None, typer.Option(metavar="NAME", help="A scenario of the case's scenarios.toml.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key; may be repeated.")]
Modules = Annotated[
    list[str] | None,
    typer.Option("--module", metavar="FILE.py|NAME", help="An own clause: file, or installed; may be repeated."),
]
HoldDebt = Annotated[bool, typer.Option("--hold-debt", help="Keep the debt as sized without --set.")]
Resize = Annotated[bool, typer.Option("--resize", help="Size the debt anew on each scenario.")]
TableJson = Annotated[str | None, typer.Option(metavar="FILE", help="Write the table as JSON; - is stdout.")]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Seed of the paths; 1 without.")]


def seed_of(seed: int | None, used: bool, option: str) -> int:
    """The seed of the paths; 1 when none is given.

    Raises:
        UsageError: One is given, and nothing is drawn.
    """
    if seed is not None and not used:
        raise UsageError(f"--seed is of the paths: write {option} too")
    return 1 if seed is None else seed
