"""How tests are chosen and shared out: files by name run at once in one process, folders on all cores."""

from __future__ import annotations

from pathlib import Path

import pytest

SMOKE = "smoke"


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Starting workers takes longer than a few files do; -n N and -n auto say otherwise."""
    if hasattr(config, "workerinput"):  # a worker starts no workers of its own
        return
    named = [argument.partition("::")[0] for argument in config.args]
    few = config.option.markexpr == SMOKE or all(Path(name).is_file() for name in named)
    if config.option.numprocesses is None and not few:
        config.option.numprocesses = "auto"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With -m smoke only files that have such a test are read: reading all of them takes longer than the tests."""
    if config.option.markexpr == SMOKE and collection_path.suffix == ".py":
        return f"mark.{SMOKE}" not in collection_path.read_text(encoding="utf-8") or None
    return None
