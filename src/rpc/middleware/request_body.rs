//! Request bodies within a budget of bytes.
//!
//! A message announces its length in five bytes, and the decoder reserves that much at once. So these bytes are held back
//! until the budget has room for the message: a thousand announcements cost nothing. The memory of a message of a stream is
//! given back when the next one is asked for; that of the last one, of which a unary call has no other, is kept until the
//! call is answered, as it waits for memory and for the CPU.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use crate::app::{ByteBudget, BytesHeld, CallMemory, UNCOUNTED_BYTES_MAX};

/// The length of a message header: whether it is compressed, and its length.
const HEADER_BYTES: usize = 5;

type Holding = Pin<Box<dyn Future<Output = BytesHeld> + Send>>;

/// A request body whose messages wait for the budget.
pub(super) struct BudgetedBody<B> {
    body: B,
    budget: Arc<ByteBudget>,
    /// Where the memory of the last message goes.
    call: Arc<CallMemory>,
    /// The length of the current message, if it is counted.
    counted: usize,
    /// The bytes that are left of the current message.
    left: usize,
    /// A part of the next header.
    header: BytesMut,
    /// Waits for the memory of the message whose header is complete; or of the last one, to keep it.
    holding: Option<(Holding, NextFrame)>,
    /// Bytes of the frame that are not passed on yet.
    rest: Bytes,
    /// The memory of the current message, until the decoder asks for more than that.
    held: BytesHeld,
}

/// What is passed on once memory is held.
enum NextFrame {
    Header(Bytes),
    End(Option<Frame<Bytes>>),
}

impl<B> BudgetedBody<B> {
    pub(super) fn new(body: B, budget: Arc<ByteBudget>, call: Arc<CallMemory>) -> Self {
        let (header, rest, held) = (BytesMut::new(), Bytes::new(), BytesHeld::default());
        Self { body, budget, call, counted: 0, left: 0, header, holding: None, rest, held }
    }

    /// Waits for the memory of the current message.
    fn hold(&mut self, then: NextFrame) {
        let (budget, bytes) = (Arc::clone(&self.budget), self.counted);
        self.holding = Some((Box::pin(async move { budget.hold(bytes).await }), then));
    }

    /// The end of the messages, once the memory of the last one is kept: it was given back if the end came late.
    fn end(&mut self, end: Option<Frame<Bytes>>) -> Option<Option<Frame<Bytes>>> {
        if self.counted > 0 && self.held.is_empty() {
            self.hold(NextFrame::End(end));
            return None;
        }
        if self.counted > 0 {
            self.call.keep_request(std::mem::take(&mut self.held));
            self.counted = 0;
        }
        Some(end)
    }

    /// The next bytes to pass on of what was received: the rest of a message, or the header of the next.
    fn next(&mut self) -> Option<Bytes> {
        if self.left > 0 {
            let part = self.rest.split_to(self.left.min(self.rest.len()));
            self.left -= part.len();
            return (!part.is_empty()).then_some(part);
        }
        if let (true, Some(length)) = (self.header.is_empty(), self.rest.get(1..HEADER_BYTES)) {
            // A short message, as almost all are, passes with its header.
            let length = HEADER_BYTES + (&*length).get_u32() as usize;
            if length <= HEADER_BYTES + UNCOUNTED_BYTES_MAX {
                self.counted = 0;
                let part = self.rest.split_to(length.min(self.rest.len()));
                self.left = length - part.len();
                return Some(part);
            }
        }
        let missing = (HEADER_BYTES - self.header.len()).min(self.rest.len());
        self.header.extend_from_slice(&self.rest.split_to(missing));
        if self.header.len() < HEADER_BYTES {
            return None;
        }
        let header = self.header.split().freeze();
        self.left = (&header[1..]).get_u32() as usize;
        self.counted = if self.left > UNCOUNTED_BYTES_MAX { self.left } else { 0 };
        if self.counted > 0 {
            self.hold(NextFrame::Header(header));
            return None;
        }
        Some(header)
    }
}

impl<B> Body for BudgetedBody<B>
where
    B: Body<Data = Bytes> + Unpin,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let body = &mut *self;
        loop {
            if let Some((holding, _)) = &mut body.holding {
                body.held = ready!(holding.as_mut().poll(context));
                match body.holding.take() {
                    Some((_, NextFrame::Header(header))) => return Poll::Ready(Some(Ok(Frame::data(header)))),
                    Some((_, NextFrame::End(end))) => match body.end(end) {
                        Some(end) => return Poll::Ready(end.map(Ok)),
                        None => continue,
                    },
                    None => continue,
                }
            }
            if !body.rest.is_empty() {
                match body.next() {
                    Some(bytes) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                    None => continue,
                }
            }
            let polled = Pin::new(&mut body.body).poll_frame(context);
            // The decoder has the message and asks for the next one, which comes later or now.
            let goes_on = match &polled {
                Poll::Pending => true,
                Poll::Ready(Some(Ok(frame))) => frame.is_data(),
                Poll::Ready(_) => false,
            };
            if goes_on && body.left == 0 {
                body.held = BytesHeld::default();
            }
            let end = match ready!(polled) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => {
                        body.rest = data;
                        continue;
                    }
                    Err(trailers) => Some(trailers),
                },
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                // A header that was cut is passed on as it came: the decoder reports it.
                None if !body.header.is_empty() => {
                    return Poll::Ready(Some(Ok(Frame::data(body.header.split().freeze()))));
                }
                None => None,
            };
            if let Some(end) = body.end(end) {
                return Poll::Ready(end.map(Ok));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.header.is_empty() && self.holding.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::{FutureExt, StreamExt, stream};
    use http_body_util::{BodyExt, StreamBody};
    use proptest::prelude::*;

    use super::*;

    fn message(bytes: usize) -> Vec<u8> {
        let length = (bytes as u32).to_be_bytes();
        [&[0], &length[..], &vec![7; bytes]].concat()
    }

    fn body(
        sent: &[u8],
        cut: usize,
        budget: &Arc<ByteBudget>,
    ) -> BudgetedBody<impl Body<Data = Bytes, Error = Infallible> + Unpin> {
        let frames: Vec<_> = sent.chunks(cut).map(|part| Ok(Frame::data(Bytes::copy_from_slice(part)))).collect();
        BudgetedBody::new(StreamBody::new(stream::iter(frames)), Arc::clone(budget), Arc::default())
    }

    proptest! {
        #[test]
        fn bytes_pass_unchanged(sizes in prop::collection::vec(0usize..40_000, 0..6), cut in 1usize..50_000, short in 0usize..9) {
            let mut sent: Vec<u8> = sizes.iter().flat_map(|&size| message(size)).collect();
            sent.truncate(sent.len().saturating_sub(short));
            let budget = Arc::new(ByteBudget::new(1 << 20));
            let received = body(&sent, cut, &budget).collect().now_or_never().expect("the budget suffices");
            prop_assert_eq!(received.expect("no error").to_bytes(), sent);
            prop_assert_eq!(budget.used(), 0);
        }
    }

    #[tokio::test]
    async fn an_announcement_waits_for_the_budget_and_holds_nothing() {
        let budget = Arc::new(ByteBudget::new(1 << 20));
        let taken = budget.hold(1 << 19).await;
        let announced = [&[0][..], &(1u32 << 20).to_be_bytes()].concat();
        let mut waiting = body(&announced, 5, &budget);
        assert!(waiting.frame().now_or_never().is_none());
        drop(taken);
        let header = waiting.frame().await.expect("a frame").expect("no error").into_data().expect("data");
        assert_eq!((&*header, budget.used()), (&*announced, 1 << 20));
        drop(waiting);
        assert_eq!(budget.used(), 0);
    }

    #[tokio::test]
    async fn a_message_that_was_read_holds_nothing_while_the_stream_is_open() {
        let budget = Arc::new(ByteBudget::new(1 << 20));
        let sent: Result<_, Infallible> = Ok(Frame::data(Bytes::from(message(100_000))));
        let open = StreamBody::new(stream::iter([sent]).chain(stream::pending()));
        let mut body = BudgetedBody::new(open, Arc::clone(&budget), Arc::default());
        let mut received = 0;
        while received < HEADER_BYTES + 100_000 {
            received += body.frame().await.expect("a frame").expect("no error").into_data().expect("data").len();
            assert!(budget.used() > 0);
        }
        assert!(body.frame().now_or_never().is_none(), "the decoder asks for more");
        assert_eq!(budget.used(), 0);
    }

    #[tokio::test]
    async fn the_last_message_is_counted_until_its_call_is_answered() {
        // Its end comes with it, or after a while.
        for is_late in [false, true] {
            let (budget, call) = (Arc::new(ByteBudget::new(1 << 20)), Arc::new(CallMemory::default()));
            let sent: Result<_, Infallible> = Ok(Frame::data(Bytes::from(message(100_000))));
            let (closed, wait) = tokio::sync::oneshot::channel::<()>();
            let end = stream::once(wait).filter_map(|_| async { None::<Result<Frame<Bytes>, Infallible>> });
            let frames = StreamBody::new(Box::pin(stream::iter([sent]).chain(end)));
            let mut body = BudgetedBody::new(frames, Arc::clone(&budget), Arc::clone(&call));
            let mut received = 0;
            while received < HEADER_BYTES + 100_000 {
                received += body.frame().await.expect("a frame").expect("no error").into_data().expect("data").len();
            }
            if is_late {
                assert!(body.frame().now_or_never().is_none() && budget.used() == 0, "the stream is open");
                let other = budget.hold(1 << 20).await;
                closed.send(()).expect("it waits");
                assert!(body.frame().now_or_never().is_none(), "the end waits for the memory");
                drop(other);
            } else {
                closed.send(()).expect("it waits");
            }
            assert!(body.frame().await.is_none());
            drop(body);
            assert!(budget.used() >= 100_000, "the message waits for its turn");
            call.end_request();
            assert_eq!(budget.used(), 0);
        }
    }
}
