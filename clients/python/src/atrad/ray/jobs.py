"""Jobs: a question to each series of a universe, divided in parts, whose results are files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional, Union

from atrad.errors import Error, InvalidError
from atrad.expressions import Expr
from atrad.progress import Progress
from atrad.ray import universe
from atrad.ray.engine import Engine, Opener
from atrad.ray.parquet import Folder
from atrad.ray.parts import Part, Question, Writing
from atrad.ray.results import MANIFEST, Results
from atrad.ray.runner import run
from atrad.ray.universe import Universe
from atrad.requests import Expressions, Resampling, Time
from atrad.sweeps import WalkForward

#: What workers compute with: a client, or a function that connects where it is called. None is `atrad.use`'s.
Client = Union[Engine, Callable[[], Engine], None]

_JOB = "_job.json"
_PART = re.compile(r"part-\d{5,}\.parquet")
# A sweep is much work for one series.
_SWEPT_MAX = 8


def compute(
    series: Universe,
    *expressions: Expressions,
    to: Any,
    timeframe: str = "",
    last: Optional[int] = None,
    start: Time = None,
    end: Time = None,
    as_of: Time = None,
    resampling: Optional[Resampling] = None,
    client: Client = None,
    on: Optional[str] = None,
    parallel: Optional[int] = None,
    ray_options: Optional[Mapping[str, Any]] = None,
    overwrite: bool = False,
    progress: Optional[bool] = None,
) -> Results:
    """Computes expressions over each series of a universe, and writes the columns as Parquet into the folder `to`.

    `series` are pairs of symbol and timeframe, or names and patterns of symbols with a `timeframe`, or a Ray Dataset
    with columns `symbol` and `timeframe`. Bars are chosen as in `Client.compute`; `as_of` is by default the time at
    which the job begins, so that what is computed again sees no other bars. `to` is a path or a URI that all workers
    reach. A job that was interrupted goes on when it is asked for again; a folder with results of another job is
    refused unless `overwrite`.

    `on` is ray or threads; by default Ray where it was started. `parallel` bounds the parts that are computed at a
    time, and `ray_options` are those of Ray's tasks, as `{"num_cpus": 0.5}`. A series that fails is in `failures` of
    the results; if all do, the first error is raised. Needs pyarrow.
    """
    question = Question.over("compute", expressions, (last, start, end, as_of), resampling)
    job = _Job(to, series, timeframe, question, as_of is None, universe.PART_SERIES_MAX)
    return job.results(client, on, parallel, ray_options or {}, overwrite, progress)


def sweep(
    series: Universe,
    *expressions: Expressions,
    to: Any,
    timeframe: str = "",
    reductions: Union[str, Iterable[str]] = "last",
    where: Union[Expr, str] = "",
    top: int = 0,
    by: str = "",
    ascending: bool = False,
    last: Optional[int] = None,
    start: Time = None,
    end: Time = None,
    as_of: Time = None,
    resampling: Optional[Resampling] = None,
    walk_forward: Optional[WalkForward] = None,
    client: Client = None,
    on: Optional[str] = None,
    parallel: Optional[int] = None,
    ray_options: Optional[Mapping[str, Any]] = None,
    overwrite: bool = False,
    progress: Optional[bool] = None,
) -> Results:
    """Computes every variant of expressions over each series of a universe, and writes the reductions, a row each.

    Variants are those of `Client.sweep`, the rest is as in `compute`. With `walk_forward` each fold is a row. A
    parameter that an expression does not have is null in its rows.
    """
    named = [reductions] if isinstance(reductions, str) else list(reductions)
    if not named:
        raise InvalidError.of_field("reductions", "a universe is reduced; compute gives the columns themselves")
    question = Question.over(
        "sweep",
        expressions,
        (last, start, end, as_of),
        resampling,
        reductions=named,
        where=str(where),
        top=top,
        by=by,
        ascending=ascending,
        walk_forward=walk_forward and walk_forward._asdict(),
    )
    job = _Job(to, series, timeframe, question, as_of is None, _SWEPT_MAX)
    return job.results(client, on, parallel, ray_options or {}, overwrite, progress)


class _Job:
    """A job: what is asked of which series, and the folder that holds the results."""

    def __init__(
        self, to: Any, series: Universe, timeframe: str, question: Question, is_as_of_now: bool, series_max: int
    ) -> None:
        self._folder = Folder(to)
        self._asked = universe.described(series, timeframe)
        self._timeframe = timeframe if isinstance(self._asked[0], str) else ""
        self._question, self._is_as_of_now, self._series_max = question, is_as_of_now, series_max

    def results(
        self,
        client: Client,
        on: Optional[str],
        parallel: Optional[int],
        ray_options: Mapping[str, Any],
        overwrite: bool,
        shown: Optional[bool],
    ) -> Results:
        """Does what is left of the job."""
        names = self._folder.names()
        plan = self._begun(names, overwrite)
        if plan is not None and MANIFEST in names:
            return Results.open(self._folder.name)
        opener = Opener(client)
        if plan is None:
            plan = self._begin(names, opener.engine())
        parts = [Part(number, [(e[0], e[1]) for e in part]) for number, part in enumerate(plan["parts"])]
        question = self._question._replace(options=plan["options"])
        done: dict[int, dict[str, Any]] = {}
        with Progress(self._question.kind, sum(len(part.series) for part in parts), shown, "series") as progress:
            work = _Numbered(Writing(opener, question, self._folder.name))
            for number, entry in run(work, parts, on, parallel, ray_options):
                done[number] = entry
                progress.update(len(parts[number].series))
        return self._complete([done[part.number] for part in parts])

    def _described(self) -> dict[str, Any]:
        """What makes it this job; by its time, too, unless that is when it began."""
        options = {name: each for name, each in self._question.options.items() if name != "as_of"}
        as_of = None if self._is_as_of_now else self._question.options["as_of"]
        described = {
            "format": 1,
            "kind": self._question.kind,
            "expressions": self._question.expressions,
            "series": self._asked,
            "timeframe": self._timeframe,
            "as_of_given": as_of,
            **options,
        }
        # As it is read again.
        return dict(json.loads(json.dumps(described)))

    def _begun(self, names: list[str], overwrite: bool) -> Optional[dict[str, Any]]:
        """The plan of this job, if it was begun before."""
        files = [name for name in names if _PART.fullmatch(name) or name in (_JOB, MANIFEST)]
        if not overwrite and _JOB in names:
            plan: dict[str, Any] = self._folder.read_json(_JOB)
            ours, theirs = self._described(), plan["job"]
            if theirs == ours:
                return plan
            # A job that has written nothing is in nobody's way.
            if any(_PART.fullmatch(name) for name in names):
                differing = next(name for name in (*ours, *theirs) if ours.get(name) != theirs.get(name))
                raise InvalidError.of_field(
                    "to",
                    f"{self._folder.name} has results of another job, whose {differing} is "
                    f"{_short(theirs.get(differing))} and not {_short(ours.get(differing))}; "
                    "give another folder, or overwrite=True",
                )
        elif not overwrite and any(name.endswith(".parquet") for name in names):
            raise InvalidError.of_field("to", f"{self._folder.name} has Parquet files of something else")
        # The manifest first: it vouches for the others.
        for name in sorted(files):
            self._folder.delete(name)
        return None

    def _begin(self, names: list[str], engine: Engine) -> dict[str, Any]:
        """Plans the job, and writes the plan down, for those who resume it."""
        series = universe.resolved(engine, self._asked, self._timeframe)
        options = self._question.options
        columns = len(self._question.expressions)
        parts = universe.divided(series, options["last"], columns, self._series_max)
        plan = {"job": self._described(), "options": options, "parts": parts}
        self._folder.create()
        self._folder.write_json(_JOB, plan)
        return plan

    def _complete(self, parts: list[dict[str, Any]]) -> Results:
        failures = [each for part in parts for each in part["failures"]]
        results = Results(self._folder, {"format": 1, "parts": parts})
        if failures and not results.series:
            first = tuple(failures[0][:2])
            error = results.failures[first]  # type: ignore[index]
            raise _of_all(error, " ".join(first), len(failures))
        self._folder.write_json(MANIFEST, results.manifest)
        self._folder.clean()
        return results


class _Numbered:
    """The work on a part, with its number."""

    def __init__(self, work: Writing) -> None:
        self._work = work

    def __call__(self, part: Part) -> tuple[int, dict[str, Any]]:
        return part.number, self._work(part)


def _of_all(error: Error, first: str, count: int) -> Error:
    """The error of a job none of whose series has a result."""
    return type(error)(f"all {count} series failed, the first, {first}: {error.message}", code=error.code)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:97]}..."
