"""The command's application, and the arguments and options that verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(name="finmodel", add_completion=False, no_args_is_help=True, rich_markup_mode=None)

CaseFolder = Annotated[str, typer.Argument(metavar="CASE", help="A case folder, or a case file.")]
Scenario = Annotated[str | None, typer.Option(metavar="NAME", help="A scenario of the case's scenarios.toml.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key; may be repeated.")]
HoldDebt = Annotated[bool, typer.Option("--hold-debt", help="Keep the debt as sized without --set.")]
Resize = Annotated[bool, typer.Option("--resize", help="Size the debt anew on each scenario.")]
TableJson = Annotated[str | None, typer.Option(metavar="FILE", help="Write the table as JSON; - is stdout.")]
