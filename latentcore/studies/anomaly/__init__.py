"""The anomaly study: one-class models, and every bundle against out-of-distribution images."""

from latentcore.studies.anomaly.one_class import SEED
from latentcore.studies.anomaly.study import NEEDS, PROTOCOL, anomalies

__all__ = ["NEEDS", "PROTOCOL", "SEED", "anomalies"]
