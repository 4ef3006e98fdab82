"""Recommendation: users and items as factors of a table of ratings, and how well they predict."""

from latentcore.recommendation.factorising import Factorised, factorise
from latentcore.recommendation.factors import Factors, FactorSettings, fit_factors, fold_in
from latentcore.recommendation.ratings import Ratings
from latentcore.recommendation.reading import read_ratings
from latentcore.recommendation.taste import Taste, recommend

__all__ = [
    "FactorSettings",
    "Factorised",
    "Factors",
    "Ratings",
    "Taste",
    "factorise",
    "fit_factors",
    "fold_in",
    "read_ratings",
    "recommend",
]
