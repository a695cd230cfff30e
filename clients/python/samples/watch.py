"""Stores bars, and watches an indicator over them while another one comes.

Run `atrad serve --demo`, then `python samples/watch.py`; ATRAD_ADDRESS names a server elsewhere.
"""

import os
import uuid

import numpy as np

import atrad


def bars(start: int, end: int) -> dict[str, np.ndarray]:
    """The bars of some minutes."""
    minutes = np.arange(start, end)
    price = 100 + (minutes * minutes % 17) / 4
    return {
        "times": np.datetime64("2024-01-01", "ns") + minutes * np.timedelta64(1, "m"),
        "open": price,
        "high": price + 1,
        "low": price - 1,
        "close": price + 0.25,
        "volume": minutes,
    }


with atrad.connect(os.environ.get("ATRAD_ADDRESS", "127.0.0.1:50051")) as client:
    symbol = f"SAMPLE-PY-{uuid.uuid4().hex[:12]}"

    def store(start: int, end: int) -> None:
        receipt = client.ingest(symbol, "1m", bars(start, end), time_unit="ns")
        print(f"accepted {receipt.accepted}, replaced {receipt.replaced}, ignored {receipt.ignored}")

    store(0, 50)
    store(49, 50)
    following = 50
    for update in client.watch([(symbol, "1m")], {"close": atrad.close, "ema": atrad.ema(9)}, last=2):
        for row, time in enumerate(update.answer.times):
            values = (f"{column[row]:.6f}" for column in update.answer.values())
            print(time.astype("datetime64[s]"), *values, sep="\t")
        if following == 53:
            break
        store(following, following + 1)
        following += 1
