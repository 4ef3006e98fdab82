"""Studies: measurements over a dataset or all its bundles, stored beside them."""

from latentcore.studies.registry import STUDIES, read_study, run_study, study_obstacle
from latentcore.studies.results import StudyResult

__all__ = ["STUDIES", "StudyResult", "read_study", "run_study", "study_obstacle"]
