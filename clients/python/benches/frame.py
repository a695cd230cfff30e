"""A frame of 1M bars with five indicators into NumPy: `python benches/frame.py ATRAD [ROUNDS]`, by the server's binary.

    tcp, unix      in messages, over TCP and over the Unix socket
    shared         in shared memory, over the Unix socket
    polars, talib  the same indicators in this process, over arrays that are there already

Every indicator is computed anew each time, as its parameters differ from round to round. The arrays are summed at the
end, so that their memory is read. Rounds alternate between the kinds, and the figures are medians. The board is read
with and without calls.
"""

import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import polars
import talib

import atrad

ROWS = 1_000_000


def bars():
    close = 100 + np.random.default_rng(1).standard_normal(ROWS).cumsum() * 0.01
    close -= min(0.0, close.min() - 10)
    times = np.datetime64("2020-01-01T00:00", "ns") + np.arange(ROWS) * np.timedelta64(1, "m")
    prices = {"open": close, "high": close + 1, "low": close - 1, "close": close, "volume": np.full(ROWS, 7.0)}
    return {"times": times, **prices}


def by_atrad(client, period):
    asked = [f"rsi({period})", f"ema({period})", f"macd(12, 26, {period}).hist", f"bbands({period}).upper"]
    answer = client.compute("BENCH", "1m", *asked, f"atr({period})")
    return list(answer.values())


def by_talib(frame, period):
    close, high, low = frame["close"], frame["high"], frame["low"]
    return [
        talib.RSI(close, period),
        talib.EMA(close, period),
        talib.MACD(close, 12, 26, period)[2],
        talib.BBANDS(close, period)[0],
        talib.ATR(high, low, close, period),
    ]


def by_polars(frame, period):
    close, before = polars.col("close"), polars.col("close").shift(1)
    change = close.diff()
    gain = change.clip(lower_bound=0).ewm_mean(alpha=1 / period, adjust=False)
    loss = (-change.clip(upper_bound=0)).ewm_mean(alpha=1 / period, adjust=False)
    macd = close.ewm_mean(span=12, adjust=False) - close.ewm_mean(span=26, adjust=False)
    high, low = polars.col("high"), polars.col("low")
    true_range = polars.max_horizontal(high - low, (high - before).abs(), (low - before).abs())
    computed = frame.select(
        rsi=100 - 100 / (1 + gain / loss),
        ema=close.ewm_mean(span=period, adjust=False),
        macd=macd - macd.ewm_mean(span=period, adjust=False),
        bbands=close.rolling_mean(period) + 2 * close.rolling_std(period, ddof=0),
        atr=true_range.ewm_mean(alpha=1 / period, adjust=False),
    )
    return [computed[name].to_numpy() for name in computed.columns]


def milliseconds(kind, period):
    began = time.perf_counter()
    columns = kind(period)
    # As integers: np.nansum would copy each column, and take as long as its indicator.
    total = sum(int(column.view(np.int64).sum()) for column in columns)
    taken = 1e3 * (time.perf_counter() - began)
    assert len(columns) == 5 and len(columns[0]) == ROWS and total != 0
    return taken


def microseconds(count, call):
    began = time.perf_counter()
    for _ in range(count):
        call()
    return 1e6 * (time.perf_counter() - began) / count


def board(values, size):
    name = f"value {size}"
    values.post(name, bytes(size))
    reader, taken = values.reader(), []
    for _ in range(7):
        by_call = microseconds(200, lambda: values.read(name))
        viewed = microseconds(2000, lambda: reader.view(name).is_current())
        taken.append((by_call, viewed, microseconds(500, lambda: reader.read(name))))
    call, view, copy = map(statistics.median, zip(*taken))
    print(f"board {size:>7} B: call {call:.1f} us; view {view:.2f} us, {call / view:.0f}x; ", end="")
    print(f"copy {copy:.2f} us, {call / copy:.0f}x")


def main(binary, rounds=15):
    frame = bars()
    table = polars.DataFrame({name: frame[name] for name in ("high", "low", "close")})
    with tempfile.TemporaryDirectory() as folder:
        listen = ["--listen", "127.0.0.1:0", "--listen", f"unix:{folder}/socket"]
        command = [binary, "serve", *listen, "--data", f"{folder}/data"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            address = process.stdout.readline().removeprefix("listening on ").strip()
            tcp, unix, shared = (atrad.connect(each) for each in (address, *2 * [f"unix:{folder}/socket"]))
            unix._transport.target = unix._transport.target._replace(shares_memory=False)
            tcp.options(progress=False).ingest("BENCH", "1m", frame)
            kinds = {
                "tcp": lambda period: by_atrad(tcp, period),
                "unix": lambda period: by_atrad(unix, period),
                "shared": lambda period: by_atrad(shared, period),
                "polars": lambda period: by_polars(table, period),
                "talib": lambda period: by_talib(frame, period),
            }
            taken = {name: [] for name in kinds}
            for period in range(10, 11 + rounds):
                for name, kind in kinds.items():
                    taken[name].append(milliseconds(kind, period))
            # The first round warms up.
            medians = {name: statistics.median(each[1:]) for name, each in taken.items()}
            for name, median in medians.items():
                against = f"{medians['polars'] / median:.2f}x of Polars, {medians['talib'] / median:.2f}x of TA-Lib"
                print(f"frame {name:>7}: {median:6.1f} ms; {against}")
            for size in (64, 1_000_000):
                board(shared.board("bench"), size)
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
