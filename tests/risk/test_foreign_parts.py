"""A folder of parts never loses a file that is not the run's own."""

from __future__ import annotations

from pathlib import Path

import pytest

import finmodel as fm
from finmodel.cli.command import command
from finmodel.kernel.errors import RefusedError
from finmodel.kernel.files import write_new
from tests.risk.deals import tiny

PATHS = 1_024


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and what is in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["part-00000000.bin", "part-99999999.bin"])
@pytest.mark.parametrize("text", [b"the only copy", b"", b'{"identity": "another run"}', b"[1]"])
def test_a_foreign_file_named_like_a_part_is_refused_by_name_before_anything_is_written(
    name: str, text: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first would be overwritten, the last one is beyond the run's parts and would be removed."""
    deal, folder = tiny(tmp_path), tmp_path / "run"
    (folder / "parts").mkdir(parents=True)
    (folder / "parts" / name).write_bytes(text)
    code = command(["risk", str(deal), "--paths", str(PATHS), "--folder", str(folder), "--workers", "1"])

    assert code == 3
    assert f"parts/{name}: this is named like a part of the run" in capsys.readouterr().err
    assert everything(folder) == {f"parts/{name}": text}


def test_a_link_or_a_folder_named_like_a_part_is_refused_and_stays(tmp_path: Path) -> None:
    deal, folder = tiny(tmp_path), tmp_path / "run"
    own = tmp_path / "own.bin"
    own.write_bytes(b"mine")
    (folder / "parts").mkdir(parents=True)
    link = folder / "parts" / "part-00000000.bin"
    link.symlink_to(own)
    with pytest.raises(RefusedError, match="named like a part"):
        fm.simulate(deal, PATHS, 1, workers=1, options=fm.Options(folder=folder))
    assert link.is_symlink()
    assert own.read_bytes() == b"mine"
    link.unlink()
    link.mkdir()
    with pytest.raises(RefusedError, match="named like a part"):
        fm.simulate(deal, PATHS, 1, workers=1, options=fm.Options(folder=folder))

    assert link.is_dir()


def test_a_foreign_file_put_over_a_part_of_a_finished_run_is_refused_and_stays(tmp_path: Path) -> None:
    deal, folder = tiny(tmp_path), tmp_path / "run"
    fm.simulate(deal, PATHS, 1, workers=1, options=fm.Options(folder=folder))
    part = folder / "parts" / "part-00000000.bin"
    part.write_bytes(b"stranger")
    before = everything(folder)
    with pytest.raises(RefusedError, match=r"part-00000000\.bin: this is named like a part"):
        fm.simulate(deal, PATHS, 1, workers=1, options=fm.Options(folder=folder))
    assert everything(folder) == before

    part.unlink()
    fm.simulate(deal, PATHS, 1, workers=1, options=fm.Options(folder=folder))
    assert sorted(everything(folder)) == sorted(before)


class Planted:
    """Puts something into the folder once so many paths are done, in place of a part that is still to come."""

    def __init__(self, part: Path, at: int, link: Path | None = None) -> None:
        self.part, self.at, self.link = part, at, link

    def __call__(self, done: int, paths: int) -> None:
        if done != self.at:
            return
        if self.link is None:
            self.part.write_bytes(b"the only copy")
        else:
            self.part.symlink_to(self.link)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("at", [0, 8_192])
def test_a_file_that_comes_while_the_run_is_under_way_is_neither_replaced_nor_removed(
    workers: int, at: int, tmp_path: Path
) -> None:
    """The run ends and says so, keeps the parts it has, and goes on once the file is moved away."""
    deal, folder, paths = tiny(tmp_path), tmp_path / "run", 3 * 8_192
    part = folder / "parts" / "part-00000002.bin"
    with pytest.raises(RefusedError, match=r"part-00000002\.bin: this is named like a part of the run"):
        fm.simulate(deal, paths, 1, workers=workers, options=fm.Options(folder=folder, progress=Planted(part, at)))
    assert part.read_bytes() == b"the only copy"
    assert not [name for name in everything(folder) if name.endswith(".tmp")]

    part.rename(tmp_path / "kept.bin")
    resumed = fm.simulate(deal, paths, 1, workers=1, options=fm.Options(folder=folder))
    whole = fm.simulate(deal, paths, 1, workers=1)
    assert resumed.column("dscr_min").tobytes() == whole.column("dscr_min").tobytes()


def test_a_link_that_comes_meanwhile_stays_and_what_it_points_to_is_not_made(tmp_path: Path) -> None:
    deal, folder = tiny(tmp_path), tmp_path / "run"
    part, nowhere = folder / "parts" / "part-00000000.bin", tmp_path / "nowhere.bin"
    with pytest.raises(RefusedError, match="named like a part"):
        options = fm.Options(folder=folder, progress=Planted(part, 0, nowhere))
        fm.simulate(deal, PATHS, 1, workers=1, options=options)

    assert part.is_symlink()
    assert not nowhere.exists()


def test_a_disk_without_hard_links_keeps_the_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise PermissionError("no hard links here")

    monkeypatch.setattr("os.link", refuses)
    assert write_new(tmp_path / "new", b"ours").read_bytes() == b"ours"
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "new", b"again")

    assert everything(tmp_path) == {"new": b"ours"}
