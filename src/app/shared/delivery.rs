//! Answers in shared memory: computed straight into the file that the client maps.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::app::bars::column_bytes::Target;
use crate::app::compute::prepared::{Portion, PreparedQuery};
use crate::app::workers::call_context::CallContext;
use crate::app::workers::cancellation::Cancellation;
use crate::app::workers::executor::Progress;
use crate::app::{Answer, Compute, Error, Limits, Question, SharingError};
use crate::series::Source;
use crate::shared_memory::{ArrowFile, Draft, Home, Owner, Segments, SegmentsOf};

/// Answers of fewer bytes come in the message: a file costs more than copying them.
const SHARED_BYTES_MIN: usize = 64 << 10;

/// The rows whose times are copied at once.
const TIMES_ROWS: usize = 1 << 15;

/// Computes answers into shared memory.
pub struct SharedAnswers {
    compute: Arc<Compute>,
    /// `None` if no memory is shared.
    segments: Option<Arc<Segments>>,
}

/// How an answer is delivered.
#[derive(Debug)]
pub enum Delivered {
    /// By its message, as it is small.
    Message(Answer),
    /// In shared memory.
    Shared(SharedAnswer),
}

/// An answer in shared memory.
#[derive(Debug)]
pub struct SharedAnswer {
    /// The answer without its times and columns.
    pub rest: Answer,
    /// The file.
    pub path: String,
    /// Its size.
    pub bytes: usize,
    /// The number of rows.
    pub rows: usize,
    /// Where the columns begin: first the times.
    pub offsets: Vec<usize>,
    /// How long the file can be opened.
    pub lease: Duration,
}

impl SharedAnswers {
    pub(crate) fn new(compute: &Arc<Compute>, home: Option<&Arc<Home>>, limits: &Limits) -> Self {
        let max = limits.shared_memory_bytes_max;
        let home = home.filter(|_| max > 0);
        let segments = home.map(|home| Arc::new(Segments::new(Arc::clone(home), max)));
        Self { compute: Arc::clone(compute), segments }
    }

    /// The leases of a connection, which end on drop; `None` if no memory is shared.
    pub fn leases(&self, connection: u64) -> Option<SegmentsOf> {
        self.segments.as_ref().map(|segments| segments.of(connection))
    }

    /// The bytes of shared memory in use.
    pub fn used(&self) -> u64 {
        self.segments.as_ref().map_or(0, |segments| segments.used())
    }

    /// The answer to a question that is not saved, for a process of a user of this machine.
    pub async fn compute(&self, question: Question, user: u32, context: &CallContext) -> Result<Delivered, Error> {
        let segments = self.segments.as_ref().ok_or(SharingError::Off)?;
        segments.permit(user)?;
        let query = self.compute.prepare(&question, context).await?;
        if query.answer_bytes() < SHARED_BYTES_MIN {
            let held = context.reserve(query.answer_bytes()).await?;
            let answer = self.compute.answer(query, context).await?;
            context.memory.attach(held);
            return Ok(Delivered::Message(answer));
        }
        let owner = Owner { user, caller: context.caller.group, connection: context.caller.connection };
        let cost = query.cost() + query.verify_cost();
        let writing = Writing { segments: Arc::clone(segments), owner, query };
        self.compute.executor.run_steps(context, cost, writing.steps()).await.map(Delivered::Shared)
    }
}

/// An answer that will be written.
struct Writing {
    segments: Arc<Segments>,
    owner: Owner,
    query: PreparedQuery,
}

impl Writing {
    /// Makes the file, computes into it, and gives it to the client, in steps.
    fn steps(self) -> impl FnMut(&Cancellation) -> Result<Progress<SharedAnswer>, Error> + Send + 'static {
        let mut portion: Option<Portion<SegmentColumns>> = None;
        move |cancellation| {
            let mut now = match portion.take() {
                Some(portion) => portion,
                None => {
                    let target = self.target()?;
                    self.query.begin(cancellation)?.next_into(self.query.rows.len(), target)
                }
            };
            let left = now.advance(self.query.compiled.step_bars(), cancellation)?;
            if left == 0 {
                return Ok(Progress::Done(self.finish(now)?));
            }
            portion = Some(now);
            Ok(Progress::More(self.query.compiled.cost(left)))
        }
    }

    fn target(&self) -> Result<SegmentColumns, Error> {
        let rows = self.query.rows.len();
        let layout = ArrowFile::new(self.query.compiled.columns().iter().map(|(label, _)| &**label), rows);
        let draft = self.segments.draft(layout.bytes(), self.owner)?;
        Ok(SegmentColumns { draft, layout, rows })
    }

    fn finish(&self, portion: Portion<SegmentColumns>) -> Result<SharedAnswer, Error> {
        let (SegmentColumns { mut draft, layout, rows }, rest) = portion.into_target();
        let file = draft.bytes_mut();
        layout.write_metadata(file);
        let times: &mut [i64] = bytemuck::cast_slice_mut(&mut file[layout.offsets()[0]..][..8 * rows]);
        // A few at a time, so that they are copied in cache.
        let (mut part, first) = (Vec::with_capacity(TIMES_ROWS.min(rows)), self.query.rows.start);
        for (index, place) in times.chunks_mut(TIMES_ROWS).enumerate() {
            part.clear();
            let start = first + index * TIMES_ROWS;
            self.query.source.times(start..start + place.len(), &mut part);
            place.copy_from_slice(&part);
        }
        let (bytes, offsets) = (layout.bytes(), layout.offsets().to_vec());
        let published = draft.publish()?;
        Ok(SharedAnswer { rest, path: text(published.path), bytes, rows, offsets, lease: published.lease })
    }
}

/// The path as a message carries it. Its folder is that of a setting, which may be any.
fn text(path: PathBuf) -> String {
    path.into_os_string().to_string_lossy().into_owned()
}

/// The columns of an answer in a segment.
struct SegmentColumns {
    draft: Draft,
    layout: ArrowFile,
    rows: usize,
}

impl Target for SegmentColumns {
    fn part(&mut self, rows: Range<usize>) -> Vec<&mut [f64]> {
        let (all, mut rest, mut taken) = (self.rows, self.draft.bytes_mut(), 0);
        let mut columns = Vec::with_capacity(self.layout.offsets().len() - 1);
        for &offset in &self.layout.offsets()[1..] {
            let (column, behind) = rest.split_at_mut(offset - taken).1.split_at_mut(8 * all);
            (rest, taken) = (behind, offset + 8 * all);
            columns.push(&mut bytemuck::cast_slice_mut(column)[rows.clone()]);
        }
        columns
    }
}
