"""Posts values to a board, and reads them from mapped memory, without a call.

Run `atrad serve --listen unix:atrad.sock` and set ATRAD_SOCKET to the socket's path.
"""

import os
import time

import atrad
from atrad.shared import BoardReader


def show(reader: BoardReader, name: str) -> None:
    value = reader.read(name)
    if value is None:
        print(f"{name}\tno value")
    elif value.columns is None:
        print(f"{name}\t{value.content_type}\t{(value.data or b'').decode()}")
    else:
        shown = [f"{label}\t" + "\t".join(f"{each:.6f}" for each in column) for label, column in value.columns.items()]
        print("\t".join([name, *shown]))


def main() -> None:
    with atrad.connect(f"unix:{os.environ['ATRAD_SOCKET']}") as client:
        board = client.board(f"SAMPLE-PYTHON-{time.time_ns()}")
        reader = board.reader()
        first = board.post("risk/BTCUSDT", "0.25")
        board.post("signals", {"rsi": [31.5, 64.25], "size": [1, 0]})
        show(reader, "risk/BTCUSDT")
        show(reader, "signals")

        board.post("risk/BTCUSDT", "0.5", expected_version=first)
        show(reader, "risk/BTCUSDT")
        try:
            board.post("risk/BTCUSDT", "0.75", expected_version=first)
        except atrad.Error as error:
            print(f"error {error.code.value[0]}")
        board.delete("signals")
        show(reader, "signals")


if __name__ == "__main__":
    main()
