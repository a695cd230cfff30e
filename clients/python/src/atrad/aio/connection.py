"""A connection, and what the calls of the API are made of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar, Union

from atrad import answer, frames, requests, shared, wire
from atrad.aio.transport import AsyncTransport
from atrad.answer import Answer, Assembler, Receipt
from atrad.errors import Error, ExhaustedError, PreconditionError, of_failure
from atrad.progress import Progress
from atrad.requests import Ingestion
from atrad.target import Target, target
from atrad.v1 import ingest_pb2

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")

INDICATOR, INGEST, SERIES = "atrad.v1.IndicatorService", "atrad.v1.IngestService", "atrad.v1.SeriesService"
CACHE, SAVED, ADMIN = "atrad.v1.CacheService", "atrad.v1.SavedResultService", "atrad.v1.AdminService"
BOARD, CLOCK = "atrad.v1.BoardService", "atrad.v1.ClockService"


class Connection:
    """A connection to one server."""

    def __init__(
        self,
        address: Union[str, Target, None] = None,
        *,
        timeout: Optional[float] = 60.0,
        progress: Optional[bool] = None,
        **options: Any,
    ) -> None:
        self._transport = AsyncTransport(address if isinstance(address, Target) else target(address, **options))
        #: Seconds for a call with all its retries; None waits for ever.
        self.timeout = timeout
        #: Whether long transfers show a progress bar; None where somebody looks.
        self.progress = progress

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connection; calls that are under way are cancelled."""
        await self._transport.close()

    def options(self, *, timeout: Any = ..., progress: Any = ...) -> Self:
        """The same connection with other options, as those of `connect`; what is not given stays."""
        other = object.__new__(type(self))
        other._transport = self._transport
        other.timeout = self.timeout if timeout is ... else timeout
        other.progress = self.progress if progress is ... else progress
        return other

    async def _one(
        self, service: str, method: str, request: Any, response: type[T], timeout: Union[float, None, str] = "default"
    ) -> T:
        """A unary call: `request` is a message, or one that is encoded."""
        encoded = request if isinstance(request, bytes) else request.SerializeToString()
        parse: Callable[[bytes], T] = response.FromString  # type: ignore[attr-defined]
        seconds = self.timeout if isinstance(timeout, str) else timeout
        return await self._transport.one(f"{service}/{method}", encoded, parse, seconds)

    async def _each(self, service: str, method: str, request: bytes, parse: Callable[[bytes], T]) -> AsyncIterator[T]:
        """A call that answers in a stream."""
        async for response in self._transport.each(f"{service}/{method}", request, parse, self.timeout):
            yield response

    async def _whole(
        self,
        service: str,
        method: str,
        request: bytes,
        parse: Callable[[bytes], wire.Chunk],
        title: str,
        of_bars: bool = False,
        rows: Optional[int] = None,
    ) -> Answer:
        """A call that answers in chunks, which are joined."""
        with Progress(title, rows, self.progress) as progress:

            def begin() -> Assembler:
                return Assembler(parse, progress, title, of_bars, rows)

            return (await self._transport.whole(f"{service}/{method}", request, begin, self.timeout)).answer()

    async def _taken(self, service: str, method: str, request: bytes, begin: Callable[[], T]) -> T:
        """A call that answers in messages, given to what `begin` returns."""
        return await self._transport.whole(f"{service}/{method}", request, begin, self.timeout)

    async def _pages(self, service: str, method: str, request: Any, response: Any, items: str) -> list[Any]:
        """The items of all pages of a list."""
        found: list[Any] = []
        while True:
            page: Any = await self._one(service, method, request, response)
            found.extend(getattr(page, items))
            if not page.next_page_token:
                return found
            request.page_token = page.next_page_token

    async def ask(self, asked: requests.Question) -> Answer:
        """The answer to a prepared question: in one message, or in chunks if it is or may be too large for that."""
        if asked.is_small():
            try:
                chunk = await self._transport.one(
                    f"{INDICATOR}/Compute", asked.encoded(), answer.unary_chunk, self.timeout
                )
                return answer.answer_of(chunk, asked.title)
            except Error as error:
                if error.limit != "answer_bytes_max":
                    raise
        elif self._transport.target.shares_memory and asked.is_shareable:
            found = await self._ask_shared(asked)
            if found is not None:
                return found
        rows = asked.last if asked.bars is None else len(asked.bars)
        return await self._whole(
            INDICATOR, "ComputeStream", asked.streamed(), answer.stream_chunk, asked.title, rows=rows
        )

    async def _ask_shared(self, asked: requests.Question) -> Optional[Answer]:
        """The answer by shared memory; None if it cannot come so, and is to come in chunks."""

        def parse(data: bytes) -> Answer:
            return shared.answer(data, asked.title)

        request = asked.encoded() + shared.DELIVERY
        try:
            return await self._transport.one(f"{INDICATOR}/Compute", request, parse, self.timeout, waits=False)
        except (shared.Unreachable, PreconditionError):
            # It will not be different the next time: the server is in another container, or shares nothing.
            self._transport.target = self._transport.target._replace(shares_memory=False)
        except ExhaustedError:
            # Chunks need less, or tell what is wrong.
            pass
        return None

    async def _ingest_batches(self, how: Ingestion, batches: list[frames.Bars], rows: int) -> Receipt:
        """Stores many batches. After an interruption it goes on with the first that has no receipt."""
        total, done, attempts = Receipt(0, 0, 0, 0), 0, self._transport.attempts(None)
        with Progress(f"{how.symbol} {how.timeframe}", rows, self.progress) as progress:
            while done < len(batches):
                requested = (
                    how.numbered(number).streamed(number, batches[number]) for number in range(done, len(batches))
                )
                try:
                    items = self._transport.items(requested)
                    async for outcome in self._transport.duplex(f"{INGEST}/IngestStream", items, ingested):
                        if isinstance(outcome, Error):
                            raise outcome
                        total = total.plus(outcome)
                        progress.update(len(batches[done]))
                        done += 1
                        attempts.progressed()
                except Error as error:
                    await self._transport.pause(attempts, error)
        return total


def ingested(data: bytes) -> Union[Receipt, Error]:
    response = ingest_pb2.IngestStreamResponse.FromString(data)
    return of_failure(response.failure) if response.HasField("failure") else Receipt.of(response.receipt)
