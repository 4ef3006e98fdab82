"""Studies: what is measured over a dataset or over all its bundles, kept beside them."""

from latentcore.studies.registry import STUDIES, read_study, run_study
from latentcore.studies.results import StudyResult

__all__ = ["STUDIES", "StudyResult", "read_study", "run_study"]
