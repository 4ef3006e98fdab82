"""Section: the scoreboard."""
