"""Answers for people: a table in notebooks and a chart by Plotly."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Optional

import numpy as np

from atrad import indicators, wire
from atrad.errors import InvalidError

if TYPE_CHECKING:
    from atrad.answer import Answer

_ROWS_SHOWN = 10
_PRICES = ("open", "high", "low", "close")
# What is drawn over the candles; everything else has a pane of its own.
_OVERLAID = ("overlap", "price")


def table(answer: Answer) -> str:
    """The first and the last rows as a table of HTML."""
    title = f"{answer.title or 'bars sent along'}: {len(answer.times):,} bars"
    return rows({"time": answer.times, **answer}, title)


def rows(columns: Mapping[str, Any], title: str) -> str:
    """The first and the last rows of columns of one length as a table of HTML, with a title."""
    count = len(next(iter(columns.values()), ()))
    head = range(min(count, _ROWS_SHOWN // 2))
    tail = range(max(len(head), count - _ROWS_SHOWN // 2), count)
    cells = "".join(f"<th>{html.escape(label)}</th>" for label in columns)
    lines = [_line(columns, row) for row in head]
    if head and tail and tail[0] > head[-1] + 1:
        lines.append(f'<tr><td colspan="{len(columns)}">...</td></tr>')
    lines += [_line(columns, row) for row in tail]
    return (
        f"<div><p>{html.escape(title)}</p><table><thead><tr>{cells}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _line(columns: Mapping[str, Any], row: int) -> str:
    cells = "".join(f"<td>{html.escape(_cell(values[row]))}</td>" for values in columns.values())
    return f"<tr>{cells}</tr>"


def _cell(value: Any) -> str:
    if isinstance(value, np.datetime64):
        return str(value.astype("M8[s]")).replace("T", " ")
    if isinstance(value, np.ndarray):
        return f"{len(value):,} values"
    return value if isinstance(value, str) else f"{value:.8g}"


def figure(answer: Answer, bars: Optional[Mapping[str, np.ndarray]], **layout: Any) -> Any:
    """Candles with indicators over them, and a pane per indicator below."""
    try:
        from plotly import graph_objects
        from plotly.subplots import make_subplots
    except ImportError:
        raise ImportError("plot needs Plotly: pip install plotly") from None
    candles = _candles(answer, bars)
    over, panes = _panes(answer, candles is not None)
    heights = [3.0] * (1 if candles or over else 0) + [1.0] * len(panes)
    made = make_subplots(rows=len(heights), cols=1, shared_xaxes=True, vertical_spacing=0.02, row_heights=heights)
    times, columns = candles or (answer.times, {})
    if candles:
        made.add_trace(graph_objects.Candlestick(x=times, name=answer.title or "bars", **columns), row=1, col=1)
    first = 2 if candles or over else 1
    drawn = [(label, 1) for label in over] + [(label, row) for row, pane in enumerate(panes, first) for label in pane]
    for label, row in drawn:
        made.add_trace(_trace(graph_objects, answer, label), row=row, col=1)
    made.update_layout(title=answer.title, xaxis_rangeslider_visible=False, hovermode="x unified", **layout)
    return made


def _trace(graph_objects: Any, answer: Answer, label: str) -> Any:
    bars = label == "volume" or label.endswith(".hist")
    kind = (
        graph_objects.Bar if bars else graph_objects.Scattergl if len(answer.times) > 5_000 else graph_objects.Scatter
    )
    return kind(x=_shifted(answer, label), y=answer[label], name=label, **({} if bars else {"mode": "lines"}))


def _shifted(answer: Answer, label: str) -> np.ndarray:
    """The times at which charts draw a column, as of Ichimoku's spans."""
    shift = next((info.display_shift for info in answer.infos if info.label == label), 0)
    if not shift or len(answer.times) < 2:
        return answer.times
    return answer.times + shift * np.median(np.diff(answer.times).astype("i8")).astype("m8[ns]")


def _candles(answer: Answer, bars: Optional[Mapping[str, np.ndarray]]) -> Optional[tuple[np.ndarray, dict[str, Any]]]:
    source: Any = answer if bars is None else bars
    if any(name not in source for name in _PRICES):
        if bars is not None:
            raise InvalidError.of_field("bars", f"candles need open, high, low and close; got {', '.join(bars)}")
        return None
    times = getattr(source, "times", None)
    times = source["times"] if times is None else times
    return times, {name: source[name] for name in _PRICES}


def _panes(answer: Answer, candles: bool) -> tuple[list[str], list[list[str]]]:
    """The labels over the candles, and those of each pane below; the outputs of one indicator share a pane."""
    over, panes = [], {}  # type: ignore[var-annotated]
    for label in answer:
        expression = answer.expressions.get(label, label)
        if candles and label in _PRICES:
            continue
        if _is_overlaid(expression):
            over.append(label)
        else:
            panes.setdefault("volume" if label in wire.COLUMNS else expression.rpartition(")")[0], []).append(label)
    return over, list(panes.values())


def _is_overlaid(expression: str) -> bool:
    """Whether the values are prices: a column of prices, or an indicator of such a group over one."""
    name, called, arguments = expression.partition("(")
    if not called:
        return name in (*_PRICES, "hl2", "hlc3", "ohlc4", "hlcc4")
    declared = indicators.declarations().get(name)
    first = arguments.partition(",")[0]
    nested = "(" in first
    return (
        declared is not None
        and declared["group"] in _OVERLAID
        and (not nested or _is_overlaid(arguments))
        and (not first.startswith(("volume", "returns")))
    )
