"""What the tests of universes share."""

from pathlib import Path

import atrad
import atrad.ray

DAILY = ["MSFT", "AAPL", "IBM", "GOOG"]
AS_OF = "2021-06-17"


class Watched:
    """A client that tells which series it was asked for, and does what `before` does first."""

    def __init__(self, client, before=lambda series: None):
        self._client, self._before, self.asked = client, before, []

    def batch(self, series, *expressions, **options):
        for number, each in enumerate(self._client.batch(series, *expressions, **options)):
            if number == len(series) // 2:
                self.asked += series
                self._before(series)
            yield each

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._client, name)


def files(folder):
    return {each.name: each.read_bytes() for each in sorted(Path(folder).iterdir())}


def computed(folder, **options):
    return atrad.ray.compute(
        DAILY, "rsi(14)", {"fast": atrad.ema(12)}, "macd()", timeframe="1d", to=folder, as_of=AS_OF, **options
    )
