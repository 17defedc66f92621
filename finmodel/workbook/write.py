"""The live workbook of a run; the file is compared with the model before it is handed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from finmodel.case.folder import reserved
from finmodel.kernel.errors import want, want_path
from finmodel.kernel.faces.generated import Value
from finmodel.kernel.files import write_bytes
from finmodel.present.targets import WORKBOOK, check_output
from finmodel.risk.paths import check_same_run
from finmodel.run.results import Results

if TYPE_CHECKING:
    from finmodel.risk.simulate import Simulation
    from finmodel.workbook.book import Certificate, Simulated

Inputs = Mapping[str, Value]
DRAWN = ("equity_irr", "dscr_min", "support_net_pv")


def write_workbook(
    result: Results,
    path: Path | str,
    *,
    quick: bool = False,
    paths: Mapping[str, Inputs] | None = None,
    simulation: Simulation | None = None,
    lang: str = "en",
) -> Certificate:
    """Write a run as a live workbook.

    The file holds every line as a formula, the base case and each scenario as columns of its switch, and is compared
    with the model in all of them, and after five changes of inputs, before it is written.

    Args:
        quick: Compare the live case only.
        paths: As for `workbook_bytes`.
        simulation: As for `workbook_bytes`.
        lang: Language of labels, headings and notes: "en" or "ja".

    Raises:
        UsageError: There is no such language, the name does not end in .xlsx, or the simulation is of
            another case.
        RefusedError: It is a file of the case.
        CertificateError: The file does not compute to the model's numbers; nothing is written.
        FileError: It cannot be written.
        LimitError: The case is larger than a workbook.
    """
    want(result, Results, "a workbook is written of a run, fm.run(case)")
    want_path(path, "the name of a workbook")
    check_output(path, WORKBOOK, reserved(result.case.files))
    data, certificate = workbook_bytes(result, quick=quick, paths=paths, simulation=simulation, lang=lang)
    write_bytes(Path(path), data)
    return certificate


def workbook_bytes(
    result: Results,
    *,
    quick: bool = False,
    paths: Mapping[str, Inputs] | None = None,
    simulation: Simulation | None = None,
    lang: str = "en",
) -> tuple[bytes, Certificate]:
    """The file and its certificate.

    Args:
        quick: Whether the live case alone is compared.
        paths: Further columns of the switch, such as simulated paths: name → inputs that differ from the case.
        simulation: A simulation of the case as it was run, shown as it came out.
        lang: Language of labels, headings and notes: "en" or "ja".

    Raises:
        UsageError: There is no such language, or the simulation is of another case.
    """
    from finmodel.workbook.make import make
    from finmodel.workbook.translated import texts_of
    from finmodel.workbook.trials import Desk  # loads what pages need, only when a workbook is asked for

    shown = None if simulation is None else _simulated(result, simulation)
    texts = texts_of(lang, result.case)
    desk = Desk.of(result, paths or {})
    filled = replace(desk.book(quick), say=texts, simulation=shown)
    data, book = make(filled, lambda book: list(desk.trials(book, quick)))
    assert book.certificate is not None
    return data, replace(book.certificate, left=tuple(texts.left()))


def _simulated(result: Results, simulation: Simulation) -> Simulated:
    """What the workbook shows of a simulation, which must be of the run that the workbook holds.

    Raises:
        UsageError: It is of another case, scenario, change or debt.
    """
    from finmodel.workbook.book import Simulated

    check_same_run(simulation.prepared, result, "workbook")
    drawn = [name for name in DRAWN if name in simulation.metrics] or list(simulation.metrics)[:1]
    return Simulated(simulation.summary, {name: simulation.histogram(name) for name in drawn})
