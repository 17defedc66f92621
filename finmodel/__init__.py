"""finmodel: project-finance modelling of blended public-private deals.

>>> import finmodel as fm
>>> case = fm.load("cases/tiny_loan")
>>> result = fm.run(case)
>>> result["facility.jbic.repayment"].shape
(12,)
"""

from finmodel.bands import BandTable, bands
from finmodel.base.errors import CaseError, FinmodelError
from finmodel.case.read import Case
from finmodel.compare import Comparison, compare
from finmodel.design_table import DesignTable, FloorTable, cheapest_floor, compare_designs
from finmodel.engine.results import CheckResult, Results
from finmodel.import_workbook import Imported, import_workbook
from finmodel.incidence import incidence_over_paths
from finmodel.report import write_report
from finmodel.run import load, run
from finmodel.scenarios import ScenarioTable, scenarios
from finmodel.sensitivity import SensitivityTable, sensitivity
from finmodel.simulate import Options, Simulation, simulate
from finmodel.solve import Answer, solve
from finmodel.workbook import write_workbook

__all__ = [
    "Answer",
    "BandTable",
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
    "bands",
    "cheapest_floor",
    "compare",
    "compare_designs",
    "import_workbook",
    "incidence_over_paths",
    "load",
    "run",
    "scenarios",
    "sensitivity",
    "simulate",
    "solve",
    "write_report",
    "write_workbook",
]
