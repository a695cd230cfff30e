"""Expressions as Python values: they print to the text that the server reads.

    >>> from atrad import close, ema, rsi
    >>> str((ema(rsi(14), 9) > 50) & (close > ema(200)))
    'ema(rsi(14), 9) > 50 and close > ema(200)'

Wherever a client takes an expression, its text will do as well.
"""

from __future__ import annotations

import builtins
import math
import operator
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn, Union

from atrad.errors import InvalidError

Number = Union[int, float]
#: What an indicator reads: an expression, or its text.
Input = Union["Expr", str]
#: What operators and functions take besides.
Operand = Union["Expr", "Variants", str, int, float]

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _POWER, _VALUE = range(1, 10)
_LABEL = re.compile(r"[A-Za-z0-9_]+")
_PLAIN_SYMBOL = re.compile(r"[A-Za-z0-9_.:]+")
_QUOTED_SYMBOL = re.compile(r"[A-Za-z0-9_.:/\-^=$#&]{1,64}")


class Expr:
    """One expression. Operators make larger ones: `+ - * / **`, comparisons, and `& | ~` for and, or, not."""

    __slots__ = ("_text", "_precedence")

    def __init__(self, text: str, precedence: int = _VALUE) -> None:
        self._text = text
        self._precedence = precedence

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<{self._text}>"

    def __hash__(self) -> int:
        return hash(self._text)

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"the truth of {self._text!r} is a column of the answer; combine expressions by & | ~, not and, or, not"
        )

    def alias(self, label: str) -> Expr:
        """The same values in a column with this label."""
        if not isinstance(label, str) or not _LABEL.fullmatch(label) or label.lower() in ("and", "or", "not"):
            raise InvalidError.of_field("label", f"a label is of letters, digits and _, got {label!r}")
        return Labelled(f"{label} = {self._text}")

    def shift(self, bars: int) -> Expr:
        """The value `bars` bars earlier, 0 or more."""
        return _call("shift", self, bars)

    def ffill(self) -> Expr:
        """The newest value there is, at the bar or before it."""
        return _call("ffill", self)

    def of(self, symbol: str) -> Expr:
        """This column of another series: `close.of("AAPL")` is `close@AAPL`."""
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", self._text):
            raise InvalidError.of_field("symbol", f"only a column is of another series, not {self._text}")
        if not _QUOTED_SYMBOL.fullmatch(symbol):
            raise InvalidError.of_field(
                "symbol", f"a symbol is 1 to 64 of A-Z a-z 0-9 . _ : / - ^ = $ # &, got {symbol!r}"
            )
        return Expr(f"{self._text}@{symbol}" if _PLAIN_SYMBOL.fullmatch(symbol) else f'{self._text}@"{symbol}"')

    def __add__(self, other: Operand) -> Expr:
        return _infix(self, "+", other, _SUM)

    def __radd__(self, other: Operand) -> Expr:
        return _infix(other, "+", self, _SUM)

    def __sub__(self, other: Operand) -> Expr:
        return _infix(self, "-", other, _SUM)

    def __rsub__(self, other: Operand) -> Expr:
        return _infix(other, "-", self, _SUM)

    def __mul__(self, other: Operand) -> Expr:
        return _infix(self, "*", other, _PRODUCT)

    def __rmul__(self, other: Operand) -> Expr:
        return _infix(other, "*", self, _PRODUCT)

    def __truediv__(self, other: Operand) -> Expr:
        return _infix(self, "/", other, _PRODUCT)

    def __rtruediv__(self, other: Operand) -> Expr:
        return _infix(other, "/", self, _PRODUCT)

    def __pow__(self, other: Operand) -> Expr:
        return _infix(self, "^", other, _POWER)

    def __rpow__(self, other: Operand) -> Expr:
        return _infix(other, "^", self, _POWER)

    def __neg__(self) -> Expr:
        return Expr(f"-{_wrapped(self, _SIGN)}", _SIGN)

    def __pos__(self) -> Expr:
        return self

    def __abs__(self) -> Expr:
        return _call("abs", self)

    def __round__(self, digits: None = None) -> Expr:
        return _call("round", self)

    def __lt__(self, other: Operand) -> Expr:
        return _infix(self, "<", other, _COMPARE)

    def __le__(self, other: Operand) -> Expr:
        return _infix(self, "<=", other, _COMPARE)

    def __gt__(self, other: Operand) -> Expr:
        return _infix(self, ">", other, _COMPARE)

    def __ge__(self, other: Operand) -> Expr:
        return _infix(self, ">=", other, _COMPARE)

    def __eq__(self, other: Operand) -> Expr:  # type: ignore[override]
        return _infix(self, "==", other, _COMPARE)

    def __ne__(self, other: Operand) -> Expr:  # type: ignore[override]
        return _infix(self, "!=", other, _COMPARE)

    def __and__(self, other: Operand) -> Expr:
        return _infix(self, "and", other, _AND)

    def __rand__(self, other: Operand) -> Expr:
        return _infix(other, "and", self, _AND)

    def __or__(self, other: Operand) -> Expr:
        return _infix(self, "or", other, _OR)

    def __ror__(self, other: Operand) -> Expr:
        return _infix(other, "or", self, _OR)

    def __invert__(self) -> Expr:
        return Expr(f"not {_wrapped(self, _NOT)}", _NOT)


class Labelled(Expr):
    """An expression with a label, which is whole: nothing can be made of it."""

    __slots__ = ()

    def __init__(self, text: str) -> None:
        super().__init__(text, 0)


class Outputs(Expr):
    """An indicator with several outputs: all of them in a request, each by its name: `macd(12, 26, 9).hist`."""

    __slots__ = ("_names",)

    def __init__(self, text: str, names: tuple[str, ...]) -> None:
        super().__init__(text)
        self._names = names

    if not TYPE_CHECKING:
        # Type checkers know the outputs of each indicator, and what is none of them.
        def __getattr__(self, name: str) -> Expr:
            if name.startswith("_"):
                raise AttributeError(name)
            if name not in self._names:
                raise AttributeError(f"{self._text} has the outputs {', '.join(self._names)}; {name!r} is none of them")
            return Expr(f"{self._text}.{name}")

    def __getitem__(self, name: str) -> Expr:
        """An output by its name, where that is the name of a method too."""
        if name not in self._names:
            raise KeyError(f"{self._text} has the outputs {', '.join(self._names)}; {name!r} is none of them")
        return Expr(f"{self._text}.{name}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._names]


class Variants:
    """The values of a number in a sweep: `variants(range(5, 201, 5), "fast")` is `5..200 step 5 as fast`."""

    __slots__ = ("values", "name")

    def __init__(self, values: Union[builtins.range, Iterable[Number]], name: str = "") -> None:
        #: The values, at least one.
        self.values = values if isinstance(values, builtins.range) else list(values)
        #: What the values are called in the answer.
        self.name = name
        rising = not isinstance(values, builtins.range) or values.step > 0
        if not self.values or not rising:
            raise InvalidError.of_field("variants", f"variants rise and hold a value, got {values!r}")
        if name and not _LABEL.fullmatch(name):
            raise InvalidError.of_field("variants", f"a name is of letters, digits and _, got {name!r}")

    def __str__(self) -> str:
        named = f" as {self.name}" if self.name else ""
        if not isinstance(self.values, builtins.range):
            return f"[{', '.join(map(number, self.values))}]{named}"
        step = f" step {self.values.step}" if self.values.step != 1 else ""
        return f"{self.values[0]}..{self.values[-1]}{step}{named}"


def variants(values: Union[builtins.range, Iterable[Number]], name: str = "") -> Variants:
    """The values of a number in a sweep, as a parameter or an operand: `rsi(14) < variants([20, 25, 30])`."""
    return Variants(values, name)


def number(value: Number) -> str:
    """A number as expressions write it."""
    if isinstance(value, bool):
        raise InvalidError.of_field("expression", f"a truth value is no number; write {int(value)}")
    try:
        return str(operator.index(value))  # type: ignore[arg-type]
    except TypeError:
        pass
    if not math.isfinite(value):
        raise InvalidError.of_field("expression", f"a number in an expression is finite, got {value}")
    return repr(float(value))


def operand(value: Operand) -> Expr:
    """An expression of an expression, its text or a number. How tightly a text binds is not known."""
    if isinstance(value, Labelled):
        raise InvalidError.of_field("expression", f"{value} has a label, so it cannot be part of another expression")
    if isinstance(value, Outputs):
        names = ", ".join(value._names)
        raise InvalidError.of_field(
            "expression", f"{value} has several outputs; take one of .{names.replace(', ', ' .')}"
        )
    if isinstance(value, Expr):
        return value
    if isinstance(value, Variants):
        return Expr(str(value), _VALUE if str(value).endswith("]") else 0)
    if isinstance(value, str):
        return Expr(value, _VALUE if re.fullmatch(r"[A-Za-z_]\w*", value) else 0)
    text = number(value)
    return Expr(text, _SIGN if text.startswith("-") else _VALUE)


def text_of(expression: Input) -> str:
    """The text to send."""
    if not isinstance(expression, (Expr, str)):
        raise InvalidError.of_field("expressions", f"an expression is text or made by atrad, got {expression!r}")
    return str(expression)


def _wrapped(value: Operand, least: int) -> str:
    """The text, in parentheses unless it binds at least so tightly."""
    part = operand(value)
    return part._text if part._precedence >= least else f"({part._text})"


def _infix(left: Operand, symbol: str, right: Operand, precedence: int) -> Expr:
    # Of equal operators the left one goes first, of powers the right one; comparisons do not chain.
    beside = precedence + 1
    if precedence == _POWER:
        return Expr(f"{_wrapped(left, beside)} {symbol} {_wrapped(right, _POWER)}", precedence)
    before = beside if precedence == _COMPARE else precedence
    return Expr(f"{_wrapped(left, before)} {symbol} {_wrapped(right, beside)}", precedence)


def _call(name: str, *arguments: Operand) -> Expr:
    return Expr(f"{name}({', '.join(operand(each)._text for each in arguments)})")


def column(name: str) -> Expr:
    """A column by its name: a built-in one, or an extra column of the series such as `open_interest`."""
    if not re.fullmatch(r"[A-Za-z0-9_]{1,32}", name):
        raise InvalidError.of_field("column", f"a column is named by 1 to 32 letters, digits and _, got {name!r}")
    return Expr(name)


def cross(a: Operand, b: Operand) -> Expr:
    """Whether a is above b and was not at the bar before, or below it and was not."""
    return _call("cross", a, b)


def crossover(a: Operand, b: Operand) -> Expr:
    """Whether a is above b and was not at the bar before."""
    return _call("crossover", a, b)


def crossunder(a: Operand, b: Operand) -> Expr:
    """Whether a is below b and was not at the bar before."""
    return _call("crossunder", a, b)


def ffill(x: Operand) -> Expr:
    """The newest value there is, at the bar or before it."""
    return _call("ffill", x)


def if_(condition: Operand, a: Operand, b: Operand) -> Expr:
    """The value of a where the condition is true, else of b."""
    return _call("if", condition, a, b)


def larger(a: Operand, b: Operand) -> Expr:
    """The larger of two values at each bar."""
    return _call("larger", a, b)


def smaller(a: Operand, b: Operand) -> Expr:
    """The smaller of two values at each bar."""
    return _call("smaller", a, b)


def shift(x: Operand, bars: int) -> Expr:
    """The value `bars` bars earlier, 0 or more."""
    return _call("shift", x, bars)


def sign(x: Operand) -> Expr:
    """Above zero 1, below it -1, else 0."""
    return _call("sign", x)


open = Expr("open")
high = Expr("high")
low = Expr("low")
close = Expr("close")
volume = Expr("volume")
#: (high + low) / 2
hl2 = Expr("hl2")
#: (high + low + close) / 3
hlc3 = Expr("hlc3")
#: (open + high + low + close) / 4
ohlc4 = Expr("ohlc4")
#: (high + low + 2 * close) / 4
hlcc4 = Expr("hlcc4")
#: The change of the close, as a fraction of the previous close.
returns = Expr("returns")
#: The open time of the bar, in seconds since the Unix epoch, UTC.
time = Expr("time")
