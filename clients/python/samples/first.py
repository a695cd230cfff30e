"""Lists an indicator, computes two expressions over a series, and shows how an error is told.

Run `atrad serve --demo`, then `python samples/first.py`; ATRAD_ADDRESS names a server elsewhere.
"""

import os

import atrad

with atrad.connect(os.environ.get("ATRAD_ADDRESS", "127.0.0.1:50051")) as client:
    for indicator in client.indicators(search="rsi"):
        if indicator.name == "rsi":
            params = ", ".join(f"{param.name}={param.default_value}" for param in indicator.params)
            print(f"rsi({params}): {indicator.summary}")

    answer = client.compute("BTCUSDT", "15m", atrad.rsi(14), atrad.macd(12, 26, 9).hist, last=5)
    print("time", *answer, sep="\t")
    for row, time in enumerate(answer.times):
        print(time.astype("datetime64[s]"), *(f"{column[row]:.6f}" for column in answer.values()), sep="\t")

    try:
        client.compute("NOSUCH", "15m", "rsi(14)")
    except atrad.Error as error:
        print(f"error {error.code.name}: {error.message}")
        if error.resource:
            print("  resource: {} {}".format(*error.resource))

    try:
        client.compute("BTCUSDT", "15m", "rsi(0)")
    except atrad.Error as error:
        print(f"error {error.code.name}: {error.message}")
        for field, description in error.fields.items():
            print(f"  field {field}: {description}")
