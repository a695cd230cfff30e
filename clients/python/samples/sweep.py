"""Counts the crossovers of many pairs of moving averages, and shows the three best.

Run `atrad serve --demo`, then `python samples/sweep.py`; ATRAD_ADDRESS names a server elsewhere.
"""

import os

import atrad
from atrad import crossover, ema, variants

with atrad.connect(os.environ.get("ATRAD_ADDRESS", "127.0.0.1:50051")) as client:
    asked = crossover(ema(variants(range(5, 51, 5), "fast")), ema(variants([50, 100, 200], "slow")))
    sweep = client.sweep("MSFT", "1d", asked, reductions=["count_true", "mean"], where="fast < slow", top=3)
    print(f"{sweep.variants} variants, {sweep.tried} tried, {sweep.returned} returned")
    for table in sweep:
        labels = [label for label in table if label not in table.parameters]
        for row in range(len(table["fast"])):
            values = (f"{label} {table[label][row]:.6f}" for label in labels)
            print(f"{table['fast'][row]:.0f}", f"{table['slow'][row]:.0f}", *values, sep="\t")
