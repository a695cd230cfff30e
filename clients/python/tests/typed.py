"""What type checkers know about the client: `tests/run api` has mypy read this, and nothing runs it.

A line that is wrong says so, and mypy complains if it is not.
"""

from typing import Union

from typing_extensions import assert_type

import atrad
from atrad import Answer, Expr

assert_type(atrad.rsi(14), Expr)
assert_type(atrad.rsi(atrad.close, 14, method="cutler"), Expr)
assert_type(atrad.macd(12, 26, 9).hist, Expr)
assert_type((atrad.ema(atrad.rsi(14), 9) > 50) & ~(atrad.open == 1), Expr)
assert_type(atrad.max(20), Expr)
atrad.rsi(14, method="nosuch")  # type: ignore[call-overload]
atrad.rsi(periods=14)  # type: ignore[call-overload]
atrad.rsi("close", 14, 3)  # type: ignore[call-overload]
atrad.kc(atrad.close, 20)  # type: ignore[call-overload]
histogram = atrad.macd().histogram  # type: ignore[attr-defined]

with atrad.connect() as client:
    assert_type(client.compute("BTCUSDT", "15m", atrad.rsi(14), "ema(9)", last=5), Answer)
    assert_type(client.options(timeout=5).ingest("X", "1m", {}), atrad.Receipt)
    client.compute("BTCUSDT", "15m", 14)  # type: ignore[arg-type]


async def main() -> None:
    async with atrad.aio.connect() as client:
        assert_type(await client.compute("BTCUSDT", "15m", "close"), Answer)
        async for series, answer in client.batch([("MSFT", "1d")], "close"):
            assert_type(series, tuple[str, str])
            assert_type(answer, Union[Answer, atrad.Error])
