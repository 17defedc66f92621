"""The built package holds what a user needs: code, types and templates."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_a_case_is_made_and_checked_with_the_wheel_alone_in_an_empty_folder(tmp_path):
    source = tmp_path / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".git", "tests", "*.egg-info", "build"))
    wheel = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "-w", str(tmp_path), str(source)]
    subprocess.run(wheel, check=True, capture_output=True)
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    zipfile.ZipFile(next(tmp_path.glob("finmodel-*.whl"))).extractall(installed)
    empty.mkdir()

    def finmodel(*arguments: str) -> str:
        command = [sys.executable, "-m", "finmodel", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(installed)}
        done = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    finmodel("new", "--template", "separation_chain", "deal")

    assert ": ok: " in finmodel("check", "deal")
    assert (installed / "finmodel" / "py.typed").exists()
