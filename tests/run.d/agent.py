#!/usr/bin/env python3
"""Asks as an agent does, with the official SDK: `agent.py BINARY ADDRESS`, where a demo server listens.

Over standard input and output and over HTTP, in the current revision of the protocol and in one before it.
"""

import asyncio
import json
import sys

from mcp import Client, MCPError, StdioServerParameters

binary, address = sys.argv[1:]
btc = {"symbol": "BTCUSDT", "timeframe": "15m"}


async def ask(client, tool, arguments=None):
    result = await client.call_tool(tool, arguments or {})
    text = result.content[0].text
    assert not result.is_error, text
    assert len(text) <= 2048, text
    return json.loads(text)


async def session(client):
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert len(tools) == 8 and all(tool.annotations.read_only_hint for tool in tools.values()), tools
    series = (await ask(client, "list_series"))["series"]
    assert any(line.startswith("BTCUSDT 15m: ") for line in series), series
    found = await ask(client, "find_indicators", {"query": "rsi"})
    assert any("2 to " in line for line in found["parameters"]), found
    told = await ask(client, "compute", btc | {"expressions": ["rsi(14)", "macd(12, 26, 9).hist"], "last": 100})
    rsi = told["columns"][0]
    assert told["bars"] == 100 and 0 < rsi["last"] < 100 and len(rsi["curve"]) > 8, told
    assert rsi["min"][0] <= rsi["last"] <= rsi["max"][0] and 0 <= rsi["percentile"] <= 100, rsi
    contents = (await client.read_resource(told["full"])).contents[0]
    rows = contents.text.splitlines()
    assert contents.mime_type == "text/csv" and len(rows) == 101, contents
    assert abs(float(rows[-1].split(",")[1]) - rsi["last"]) < 1e-4, rows[-1]
    await ask(client, "bars_summary", btc)
    await ask(client, "screen", {"timeframe": "1d", "condition": "close > sma(200)", "show": ["close"]})
    await ask(client, "sweep", btc | {"expressions": ["ema(5..50)"], "last": 1000})
    await ask(client, "correlate", {"symbols": ["MSFT", "AAPL"], "timeframe": "1d"})
    refused = await client.call_tool("compute", btc | {"expressions": ["rsi(0)"]})
    assert refused.is_error and "between 2 and" in refused.content[0].text, refused
    explained = await ask(client, "explain_error", {"error": refused.content[0].text})
    assert explained["code"] == "INVALID_ARGUMENT", explained
    for call in (client.call_tool("nothing", {}), client.read_resource("atrad://nothing")):
        try:
            await call
        except MCPError as error:
            assert "unknown" in str(error), error
        else:
            raise AssertionError("there is neither")
    # Many at once, and one that nobody waits for.
    await asyncio.gather(*(ask(client, "compute", btc | {"expressions": [f"ema({at})"]}) for at in range(2, 42)))
    dear = btc | {"expressions": ["median(2..10000)"], "reduce": ["mean"]}
    try:
        await asyncio.wait_for(client.call_tool("sweep", dear), 0.3)
    except TimeoutError:
        pass
    await ask(client, "list_series")
    return client.protocol_version


async def main():
    stdio = StdioServerParameters(command=binary, args=["mcp", "--server", address])
    seen = set()
    for server in (stdio, f"http://{address}/mcp"):
        for mode in ("auto", "legacy"):
            async with Client(server, mode=mode) as client:
                seen.add(await session(client))
    print("revisions", *sorted(seen))
    assert "2026-07-28" in seen and len(seen) == 2, seen


asyncio.run(main())
