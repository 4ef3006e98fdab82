"""Print the table of scores that the README holds, from the bundles that ship.

Run from the repository root: ``python -m tests.benchmarks.scores``. It measures nothing:
``latentcore evaluate ID`` does.
"""

from __future__ import annotations

import sys

from latentcore.datasets import DATASETS
from latentcore.models import MODELS
from latentcore.store import BundleSpec, list_bundles

COLUMNS = {
    "mse": ("MSE", "{:.4f}"),
    "knn_accuracy": ("5-NN", "{:.3f}"),
    "fd_percent": ("FD%", "{:.1f}"),
    "precision": ("P", "{:.2f}"),
    "recall": ("R", "{:.2f}"),
    "c2st": ("C2ST", "{:.2f}"),
    "iwae_nll": ("NLL", "{:.1f}"),
}


def table(dataset: str) -> str:
    """Return the scores of a dataset's bundles as a Markdown table."""
    specs = [spec for spec in list_bundles() if spec.dataset == dataset]
    order = list(MODELS)
    specs.sort(key=lambda spec: (order.index(spec.family), spec.latent_dim))
    lines = [
        f"| {DATASETS[dataset].title} | {' | '.join(title for title, _ in COLUMNS.values())} | CPU min |"
    ]
    lines.append(f"|---|{'---|' * (len(COLUMNS) + 1)}")
    lines += [_row(spec) for spec in specs]
    return "\n".join(lines)


def _row(spec: BundleSpec) -> str:
    cells = [
        form.format(spec.metrics[name]["value"]) if name in spec.metrics else ""
        for name, (_, form) in COLUMNS.items()
    ]
    minutes = spec.config["recipe"]["cpu_seconds"] / 60
    return f"| `{spec.name}` | {' | '.join(cells)} | {minutes:.1f} |"


def over_seeds(name: str, title: str) -> str:
    """Return a score by training seed for each bundle that was trained with several, as one sentence."""
    found = []
    for spec in list_bundles():
        values = [seed[name] for seed in spec.config["recipe"].get("by_seed", []) if name in seed]
        if values:
            listed = ", ".join(f"{value:.3f}" for value in values)
            found.append(f"`{spec.id}` {listed} (mean {sum(values) / len(values):.3f})")
    return f"{title} by training seed: {'; '.join(found)}."


def report() -> str:
    """Return all that the README holds."""
    datasets = [name for name in DATASETS if any(spec.dataset == name for spec in list_bundles())]
    parts = [*(table(name) for name in datasets), over_seeds("mig", "Mutual information gap")]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.write(report())
