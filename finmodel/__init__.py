"""finmodel: project-finance modelling of blended public-private deals.

>>> import finmodel as fm
>>> case = fm.load("cases/tiny_loan")
>>> result = fm.run(case)
>>> result["facility.jbic.repayment"].shape
(12,)
"""

from finmodel.base.errors import CaseError, FinmodelError
from finmodel.case.read import Case
from finmodel.engine.results import CheckResult, Results
from finmodel.run import load, run

__all__ = ["Case", "CaseError", "CheckResult", "FinmodelError", "Results", "load", "run"]
