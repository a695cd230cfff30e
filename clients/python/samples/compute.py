"""Lists an indicator, computes two expressions over a series, and shows how an error is told.

Run `atrad serve --demo`, then `python samples/compute.py`; ATRAD_ADDRESS names a server elsewhere.
"""

import os

import numpy as np

import atrad

with atrad.connect(os.environ.get("ATRAD_ADDRESS", "127.0.0.1:50051")) as client:
    for indicator in client.indicators(search="rsi"):
        if indicator.name == "rsi":
            params = ", ".join(f"{param.name}={param.default_value}" for param in indicator.params)
            print(f"rsi({params}): {indicator.summary}")

    asked = {"rsi": atrad.rsi(14), "hist": atrad.macd(12, 26, 9).hist}
    answer = client.compute("BTCUSDT", "15m", asked, last=5)
    print("time", *answer, sep="\t")
    for row, time in enumerate(answer.times):
        print(time.astype("datetime64[s]"), *(f"{column[row]:.6f}" for column in answer.values()), sep="\t")

    whole = client.compute("BTCUSDT", "15m", "sma(close, 50)")
    # As the other languages add: one after the other.
    total = np.cumsum(whole["sma(close, 50)"][49:])[-1]
    print(f"sum of {len(whole.times)}\t{total:.6f}")

    for symbol, text in (("NOSUCH", "rsi(14)"), ("BTCUSDT", "rsi(0)")):
        try:
            client.compute(symbol, "15m", text, last=1)
        except atrad.Error as error:
            print(f"error {error.code.value[0]}: {error.message}")
            if error.resource:
                print("  resource: {} {}".format(*error.resource))
            for field, description in error.fields.items():
                print(f"  field {field}: {description}")
