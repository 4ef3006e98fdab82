"""Short sentences on known topics, composed at random from phrases of our own."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

SEED = 0
CLOSINGS = ("", " last week", " once again", " in spite of the rain", " before anybody noticed", " on Sunday")
"""Shared by all topics, so that words alone do not give them away."""
TOPICS: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ("Outdoors", "Sailing"): (
        ("The skipper", "Our crew", "An old sailor", "The harbour pilot", "Her brother", "The navigator"),
        ("hoisted the mainsail", "left the bay at high tide", "dropped anchor near the reef",
         "tied the boat to the quay", "steered into the wind", "read the chart of the strait"),
    ),
    ("Outdoors", "Mountains"): (
        ("The guide", "Two climbers", "My neighbour", "The rescue team", "A group of hikers", "The shepherd"),
        ("reached the summit", "crossed the glacier", "pitched a tent below the ridge",
         "followed the trail to the hut", "waited for the fog to lift", "roped up at the rock face"),
    ),
    ("Outdoors", "Gardening"): (
        ("The gardener", "Our aunt", "The children", "A volunteer", "The tenants", "He"),
        ("watered the tomatoes", "pruned the roses", "spread compost on the beds",
         "planted bulbs along the fence", "mowed the lawn", "pulled out the weeds"),
    ),
    ("Leisure", "Cooking"): (
        ("The chef", "My grandmother", "The apprentice", "Our host", "A baker", "She"),
        ("kneaded the dough", "seasoned the soup", "roasted the vegetables",
         "whisked the eggs", "let the sauce simmer", "took the bread out of the oven"),
    ),
    ("Leisure", "Music"): (
        ("The pianist", "A young violinist", "The choir", "The conductor", "Their band", "The singer"),
        ("rehearsed the second movement", "tuned the instruments", "played the melody from memory",
         "recorded a new album", "performed in the concert hall", "slowed the rhythm down"),
    ),
    ("Leisure", "Football"): (
        ("The goalkeeper", "The captain", "A substitute", "Our striker", "The home team", "The referee"),
        ("waited for the penalty", "ran down the left wing", "argued about the offside",
         "left the pitch at half-time", "saw the ball hit the post", "trained for the final"),
    ),
    ("Society", "Law"): (
        ("The judge", "Her lawyer", "The witness", "A prosecutor", "The jury", "The defendant"),
        ("studied the verdict", "appealed to a higher court", "testified about the contract",
         "asked for the evidence", "dismissed the charge", "signed the settlement"),
    ),
    ("Society", "Banking"): (
        ("The bank", "An investor", "The accountant", "A small company", "The treasurer", "Our client"),
        ("raised the interest rate", "paid back the loan", "sold the shares at a loss",
         "opened a savings account", "checked the balance sheet", "wired the money abroad"),
    ),
    ("Society", "School"): (
        ("The teacher", "A pupil", "The headmistress", "Her class", "The student council", "A new tutor"),
        ("handed in the homework", "prepared for the exam", "wrote the timetable on the blackboard",
         "practised spelling", "corrected the essays", "visited the library for a project"),
    ),
    ("Science", "Astronomy"): (
        ("The astronomer", "A space probe", "The observatory", "An amateur", "The research team", "He"),
        ("discovered a faint comet", "measured the orbit of the moon", "observed a distant galaxy",
         "photographed the rings of Saturn", "tracked the eclipse", "recorded light from a young star"),
    ),
    ("Science", "Medicine"): (
        ("The surgeon", "A nurse", "The patient", "The clinic", "A young doctor", "The pharmacist"),
        ("checked the blood pressure", "waited for the diagnosis", "tested a new vaccine",
         "renewed the prescription", "treated the fracture", "compared the X-rays"),
    ),
    ("Science", "Computing"): (
        ("The programmer", "Our server", "A student", "The start-up", "The administrator", "A hacker"),
        ("fixed a bug in the compiler", "encrypted the database", "installed the update",
         "trained a neural network", "lost the connection to the cloud", "rewrote the sorting algorithm"),
    ),
}  # fmt: skip
"""Area and topic: who, and what they did."""


def sentences_table(per_topic: int, *, seed: int = SEED) -> dict[str, list[Any]]:
    """Return a table of random sentences on each topic, as columns.

    Parameters
    ----------
    per_topic : int
        Different sentences of each topic, at most 216.
    seed : int

    Returns
    -------
    dict of str to list
        ``id``, ``text``, ``topic``, ``area`` and ``words`` (how many it has).
    """
    generator = np.random.default_rng(seed)
    columns: dict[str, list[Any]] = {"id": [], "text": [], "topic": [], "area": [], "words": []}
    for (area, topic), (subjects, predicates) in TOPICS.items():
        composed = [f"{who} {what}{when}." for who, what, when in product(subjects, predicates, CLOSINGS)]
        for k, chosen in enumerate(generator.permutation(len(composed))[:per_topic]):
            text = composed[chosen]
            cells = (f"{topic.lower()}-{k}", text, topic, area, len(text.split()))
            for column, cell in zip(columns.values(), cells, strict=True):
                column.append(cell)
    return columns
