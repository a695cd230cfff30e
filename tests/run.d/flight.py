#!/usr/bin/env python3
"""Talks Arrow Flight to a demo server with pyarrow and Polars: `flight.py ADDRESS ANSWER`.

ANSWER is the JSON that grpcurl printed for the last three `rsi(14)` of BTCUSDT 15m.
"""

import json
import sys
import time

import polars
import pyarrow
import pyarrow.compute
from pyarrow import flight

address, answer = sys.argv[1:]
client = flight.connect(f"grpc://{address}")
btc = {"symbol": "BTCUSDT", "timeframe": "15m"}


def get(question):
    return client.do_get(flight.Ticket(json.dumps(question))).read_all()


# An answer equals that of gRPC, and stays it in Polars.
table = get({"series": btc, "range": {"last": 3}, "expressions": ["rsi(14)"]})
assert table.schema.field("time").type == pyarrow.timestamp("ns", "UTC"), table.schema
with open(answer, encoding="utf-8") as file:
    expected = json.load(file)
assert table["rsi(14)"].to_pylist() == expected["columns"][0]["values"], table
assert table["time"].cast(pyarrow.int64()).to_pylist() == [int(time) for time in expected["times"]]
frame = polars.from_arrow(table)
assert (
    frame["time"].dtype == polars.Datetime("ns", "UTC") and frame["rsi(14)"].to_list() == table["rsi(14)"].to_pylist()
)

# Lists, schemas and tickets.
infos = {tuple(part.decode() for part in info.descriptor.path): info for info in client.list_flights()}
info = infos["BTCUSDT", "15m"]
bars = client.do_get(info.endpoints[0].ticket).read_all()
assert bars.num_rows == info.total_records and bars.schema == info.schema, (bars.num_rows, info)
assert client.get_schema(flight.FlightDescriptor.for_path("BTCUSDT", "15m")).schema == bars.schema
assert {path[0] for path in (info.descriptor.path for info in client.list_flights(b"BTC"))} == {b"BTCUSDT", b"BTCUSD"}

# Many series, told apart by dictionaries.
stocks = [{"symbol": symbol, "timeframe": "1d"} for symbol in ("MSFT", "AAPL", "IBM")]
table = get({"series": stocks, "range": {"last": 2}, "expressions": ["close"]})
assert pyarrow.types.is_dictionary(table.schema.field("symbol").type)
assert sorted(table["symbol"].to_pylist()) == ["AAPL", "AAPL", "IBM", "IBM", "MSFT", "MSFT"]

# The whole history in batches, the first of which has the facts.
begun = time.perf_counter()
reader = client.do_get(flight.Ticket(json.dumps({"series": btc, "expressions": ["close", "ema(20)", "rsi(14)"]})))
chunks = list(reader)
print(f"{sum(chunk.data.num_rows for chunk in chunks)} rows in {(time.perf_counter() - begun) * 1000:.1f} ms")
facts = json.loads(chunks[0].app_metadata.to_pybytes())
assert [info["label"] for info in facts["infos"]] == ["close", "ema(20)", "rsi(14)"], facts
assert len(chunks) > 1 and all(chunk.app_metadata is None for chunk in chunks[1:])

# Bars go in with receipts and come out the same.
part = bars.slice(0, 5000)
writer, results = client.do_put(flight.FlightDescriptor.for_path("PY-FLIGHT", "15m"), part.schema)
with writer:
    writer.write_table(part, max_chunksize=2000)
    writer.done_writing()
    receipts = []
    while (receipt := results.read()) is not None:
        receipts.append(json.loads(receipt.to_pybytes()))
assert [receipt["accepted"] for receipt in receipts] == ["2000", "2000", "1000"], receipts
assert get({"series": {"symbol": "PY-FLIGHT", "timeframe": "15m"}}).equals(part)
frame = polars.from_arrow(part).with_columns(polars.col("close").cast(polars.Float32)).to_arrow()
try:
    writer, results = client.do_put(flight.FlightDescriptor.for_path("PY-FLIGHT", "15m"), frame.schema)
    with writer:
        writer.write_table(frame)
        writer.done_writing()
        results.read()
    raise AssertionError("float32 was taken")
except pyarrow.ArrowInvalid as error:
    assert "column close must be float64, got float32" in str(error), error

# Refusals, and actions.
for ticket, part in [(b"", "the ticket is empty"), (b'{"series": 3}', "series"), (b"BTCUSDT", "not a question")]:
    try:
        client.do_get(flight.Ticket(ticket)).read_all()
        raise AssertionError(f"{ticket} was answered")
    except pyarrow.ArrowInvalid as error:
        assert part in str(error), error
assert json.loads(next(client.do_action("health")).body.to_pybytes()) == {"status": "SERVING"}
assert {action.type for action in client.list_actions()} == {"health", "list_indicators"}
print("flight: ok")
