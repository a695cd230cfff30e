"""Finds the series above their moving average, the strongest first.

Run `atrad serve --demo`, then `python samples/screen.py`; ATRAD_ADDRESS names a server elsewhere.
"""

import os

import atrad
from atrad import close, rsi, sma

with atrad.connect(os.environ.get("ATRAD_ADDRESS", "127.0.0.1:50051")) as client:
    asked = {"close": close, "rsi": rsi(14)}
    screen = client.screen("1d", close > sma(50), asked, symbols=["AAPL", "MS*", "IBM", "GOOG"], rank_by=rsi(14))
    assert screen.rank is not None
    for row, (series, time) in enumerate(zip(screen.series, screen.times)):
        values = (f"{label} {column[row]:.6f}" for label, column in screen.values.items())
        print(" ".join(series), time.astype("datetime64[s]"), f"{screen.rank[row]:.6f}", *values, sep="\t")
    print(f"{screen.matched} of {screen.scanned}")
