"""Section "Scoreboard": scores with intervals and ranks, Pareto plot, remeasuring."""
