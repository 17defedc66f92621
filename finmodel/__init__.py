"""finmodel: project-finance modelling of blended public-private deals.

>>> import finmodel as fm
>>> case = fm.load("cases/tiny_loan")
>>> result = fm.run(case)
>>> result["facility.jbic.repayment"].shape
(12,)

A name is loaded when it is first asked for, so that importing the package costs nothing and the command can catch
signals before anything else is loaded.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:  # without the module typing, which takes longer to load than all of this
    from typing import Any

    from finmodel.bands import BandTable, bands
    from finmodel.bank import Bank, bank, debt_without_support
    from finmodel.base.errors import CaseError, FinmodelError
    from finmodel.case.read import Case
    from finmodel.compare import Comparison, compare
    from finmodel.design_table import DesignTable, FloorTable, cheapest_floor, compare_designs
    from finmodel.engine.results import CheckResult, Results
    from finmodel.import_workbook import Imported, import_workbook
    from finmodel.incidence import incidence_over_paths
    from finmodel.rates import irr, npv, xirr
    from finmodel.report import write_report
    from finmodel.run import load, run
    from finmodel.scenarios import ScenarioTable, scenarios
    from finmodel.sensitivity import SensitivityTable, sensitivity
    from finmodel.simulate import Options, Simulation, simulate
    from finmodel.solve import Answer, solve
    from finmodel.varied import Varied
    from finmodel.workbook import write_workbook

__all__ = [
    "Answer",
    "BandTable",
    "Bank",
    "Case",
    "CaseError",
    "CheckResult",
    "Comparison",
    "DesignTable",
    "FinmodelError",
    "FloorTable",
    "Imported",
    "Options",
    "Results",
    "ScenarioTable",
    "SensitivityTable",
    "Simulation",
    "Varied",
    "bands",
    "bank",
    "cheapest_floor",
    "compare",
    "compare_designs",
    "debt_without_support",
    "import_workbook",
    "incidence_over_paths",
    "irr",
    "load",
    "npv",
    "run",
    "scenarios",
    "sensitivity",
    "simulate",
    "solve",
    "write_report",
    "write_workbook",
    "xirr",
]

_HOMES = {
    "Answer": "finmodel.solve",
    "BandTable": "finmodel.bands",
    "Bank": "finmodel.bank",
    "Case": "finmodel.case.read",
    "CaseError": "finmodel.base.errors",
    "CheckResult": "finmodel.engine.results",
    "Comparison": "finmodel.compare",
    "DesignTable": "finmodel.design_table",
    "FinmodelError": "finmodel.base.errors",
    "FloorTable": "finmodel.design_table",
    "Imported": "finmodel.import_workbook",
    "Options": "finmodel.simulate",
    "Results": "finmodel.engine.results",
    "ScenarioTable": "finmodel.scenarios",
    "SensitivityTable": "finmodel.sensitivity",
    "Simulation": "finmodel.simulate",
    "Varied": "finmodel.varied",
    "bands": "finmodel.bands",
    "bank": "finmodel.bank",
    "cheapest_floor": "finmodel.design_table",
    "compare": "finmodel.compare",
    "compare_designs": "finmodel.design_table",
    "debt_without_support": "finmodel.bank",
    "import_workbook": "finmodel.import_workbook",
    "incidence_over_paths": "finmodel.incidence",
    "irr": "finmodel.rates",
    "load": "finmodel.run",
    "npv": "finmodel.rates",
    "run": "finmodel.run",
    "scenarios": "finmodel.scenarios",
    "sensitivity": "finmodel.sensitivity",
    "simulate": "finmodel.simulate",
    "solve": "finmodel.solve",
    "write_report": "finmodel.report",
    "write_workbook": "finmodel.workbook",
    "xirr": "finmodel.rates",
}
"""Public name → the module that it comes from; the imports above say the same to type checkers."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """`finmodel.run` is the function, also once its module of the same name is loaded."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
