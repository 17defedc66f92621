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

    from finmodel.analysis.bands import BandTable, bands
    from finmodel.analysis.bank import Bank, bank, debt_without_support
    from finmodel.analysis.compare import Comparison, compare
    from finmodel.analysis.designs.comparison import DesignTable, FloorTable, cheapest_floor, compare_designs
    from finmodel.analysis.incidence_over_paths import incidence_over_paths
    from finmodel.analysis.scenarios import ScenarioTable, scenarios
    from finmodel.analysis.sensitivity import SensitivityTable, sensitivity
    from finmodel.analysis.solve import Answer, solve
    from finmodel.analysis.varied import Varied
    from finmodel.case.leaf import Count, DateQuantity, Quantity, default
    from finmodel.case.says import Says
    from finmodel.case.table import Id, Table
    from finmodel.deal.own.clause import Clause, NameOf
    from finmodel.deal.own.declared import Party
    from finmodel.deal.own.face import DealFace
    from finmodel.deal.read import Case
    from finmodel.kernel.errors import CaseError, FinmodelError
    from finmodel.kernel.expr import Given, add, hi, lo, ratio, where
    from finmodel.kernel.folds import highest, lowest, total
    from finmodel.kernel.returns.rates import irr, npv, xirr
    from finmodel.present.report import write_report
    from finmodel.public_money.account import government
    from finmodel.risk.simulate import Options, Simulation, simulate
    from finmodel.run.results import CheckResult, Results
    from finmodel.run.run import load, run
    from finmodel.workbook.intake.importing import Imported, import_workbook
    from finmodel.workbook.write import write_workbook

__all__ = [
    "Answer",
    "BandTable",
    "Bank",
    "Case",
    "CaseError",
    "CheckResult",
    "Clause",
    "Comparison",
    "Count",
    "DateQuantity",
    "DealFace",
    "DesignTable",
    "FinmodelError",
    "FloorTable",
    "Given",
    "Id",
    "Imported",
    "NameOf",
    "Options",
    "Party",
    "Quantity",
    "Results",
    "Says",
    "ScenarioTable",
    "SensitivityTable",
    "Simulation",
    "Table",
    "Varied",
    "add",
    "bands",
    "bank",
    "cheapest_floor",
    "compare",
    "compare_designs",
    "debt_without_support",
    "default",
    "government",
    "hi",
    "highest",
    "import_workbook",
    "incidence_over_paths",
    "irr",
    "lo",
    "load",
    "lowest",
    "npv",
    "ratio",
    "run",
    "scenarios",
    "sensitivity",
    "simulate",
    "solve",
    "total",
    "where",
    "write_report",
    "write_workbook",
    "xirr",
]

_HOMES = {
    "Answer": "finmodel.analysis.solve",
    "BandTable": "finmodel.analysis.bands",
    "Bank": "finmodel.analysis.bank",
    "Case": "finmodel.deal.read",
    "CaseError": "finmodel.kernel.errors",
    "CheckResult": "finmodel.run.results",
    "Clause": "finmodel.deal.own.clause",
    "Comparison": "finmodel.analysis.compare",
    "Count": "finmodel.case.leaf",
    "DateQuantity": "finmodel.case.leaf",
    "DealFace": "finmodel.deal.own.face",
    "DesignTable": "finmodel.analysis.designs.comparison",
    "FinmodelError": "finmodel.kernel.errors",
    "FloorTable": "finmodel.analysis.designs.comparison",
    "Given": "finmodel.kernel.expr",
    "Id": "finmodel.case.table",
    "Imported": "finmodel.workbook.intake.importing",
    "NameOf": "finmodel.deal.own.clause",
    "Options": "finmodel.risk.simulate",
    "Party": "finmodel.deal.own.declared",
    "Quantity": "finmodel.case.leaf",
    "Results": "finmodel.run.results",
    "Says": "finmodel.case.says",
    "ScenarioTable": "finmodel.analysis.scenarios",
    "SensitivityTable": "finmodel.analysis.sensitivity",
    "Simulation": "finmodel.risk.simulate",
    "Table": "finmodel.case.table",
    "Varied": "finmodel.analysis.varied",
    "add": "finmodel.kernel.expr",
    "bands": "finmodel.analysis.bands",
    "bank": "finmodel.analysis.bank",
    "cheapest_floor": "finmodel.analysis.designs.comparison",
    "compare": "finmodel.analysis.compare",
    "compare_designs": "finmodel.analysis.designs.comparison",
    "debt_without_support": "finmodel.analysis.bank",
    "default": "finmodel.case.leaf",
    "government": "finmodel.public_money.account",
    "hi": "finmodel.kernel.expr",
    "highest": "finmodel.kernel.folds",
    "import_workbook": "finmodel.workbook.intake.importing",
    "incidence_over_paths": "finmodel.analysis.incidence_over_paths",
    "irr": "finmodel.kernel.returns.rates",
    "lo": "finmodel.kernel.expr",
    "load": "finmodel.run.run",
    "lowest": "finmodel.kernel.folds",
    "npv": "finmodel.kernel.returns.rates",
    "ratio": "finmodel.kernel.expr",
    "run": "finmodel.run.run",
    "scenarios": "finmodel.analysis.scenarios",
    "sensitivity": "finmodel.analysis.sensitivity",
    "simulate": "finmodel.risk.simulate",
    "solve": "finmodel.analysis.solve",
    "total": "finmodel.kernel.folds",
    "where": "finmodel.kernel.expr",
    "write_report": "finmodel.present.report",
    "write_workbook": "finmodel.workbook.write",
    "xirr": "finmodel.kernel.returns.rates",
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
    """`finmodel.run.run` is the function, also once its module of the same name is loaded."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
