//! Rows of a text: one thread reads, several parse, and rows are returned in order.

mod blocks;
mod head;
mod line_ends;
mod lines;
mod utf16;

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use blocks::Blocks;
use head::Head;
use lines::Times;

use super::fault::Fault;
use super::options::{Options, Plan};
use super::rows::Rows;
use super::survey::Survey;

/// A text, opened for reading.
pub(crate) struct Text {
    /// How it is parsed.
    pub(super) scheme: Arc<Scheme>,
    rows: Receiver<Receiver<Rows>>,
    failed: Receiver<io::Error>,
}

/// How a text is parsed: its head, and what the survey of its rows decided.
#[derive(Debug)]
pub(super) struct Scheme {
    /// The parsed head.
    pub(super) head: Head,
    /// How the rows are read.
    pub(super) plan: Plan,
}

/// A block of lines, and the channel of what is read of it.
type Job<T> = (Vec<u8>, Sender<T>);

impl Scheme {
    /// Reads a whole text.
    pub(super) fn of(input: impl Read + Send, options: &Options) -> Result<Self, Fault> {
        let mut blocks = Blocks::new(line_ends::unified(utf16::utf8(input)?)?, false);
        let first = blocks.next()?.unwrap_or_default();
        let head = Head::of(&first, options)?;
        let (mut survey, style) = (Survey::of(&head.layout), options.numbers(&head.layout));
        let mut line = head.lines + 1;
        line += lines::survey(&first[head.bytes..], &head, line, style, &mut survey);
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let (jobs, waiting) = sync_channel::<Job<Times>>(threads);
        let (order, found) = sync_channel(2 * threads);
        let waiting = Arc::new(Mutex::new(waiting));
        let needs_times_only = survey.needs_times_only();
        let times = |block| if needs_times_only { lines::times(block, &head) } else { Times::Lines(block) };
        thread::scope(|scope| -> Result<(), Fault> {
            for _ in 0..threads {
                let waiting = Arc::clone(&waiting);
                let work = move || parse(&waiting, times);
                thread::Builder::new().name("parser".into()).spawn_scoped(scope, work)?;
            }
            // Without parsers the reader ends as well.
            drop(waiting);
            let ahead = move || read(blocks, Vec::new(), &jobs, &order);
            let reader = thread::Builder::new().name("reader".into()).spawn_scoped(scope, ahead)?;
            for times in found {
                line += match times.recv().map_err(|_| parser_gone())? {
                    Times::Counts(counts) => survey.add_counts(line, &counts),
                    Times::Lines(block) => lines::survey(&block, &head, line, style, &mut survey),
                };
            }
            Ok(reader.join().unwrap_or_else(|_| Err(io::Error::other("the reader is gone")))?)
        })?;
        Ok(Self { plan: survey.decide(options)?, head })
    }

    /// Reads the head of a text and the rows at hand: those of its first block that has some. Returns what it has read.
    fn of_start<R: Read>(blocks: &mut Blocks<R>, options: &Options) -> Result<(Self, Vec<u8>), Fault> {
        let mut start = blocks.next()?.unwrap_or_default();
        loop {
            let head = Head::of(&start, options)?;
            let (mut survey, style) = (Survey::of(&head.layout), options.numbers(&head.layout));
            lines::survey(&start[head.bytes..], &head, head.lines + 1, style, &mut survey);
            match if survey.rows() == 0 { blocks.next()? } else { None } {
                Some(more) => start.extend(more),
                None => return Ok((Self { plan: survey.decide(options)?, head }, start)),
            }
        }
    }
}

impl Text {
    /// Starts to read a text that has been surveyed.
    pub(super) fn open(input: impl Read + Send + 'static, scheme: Scheme) -> Result<Self, Fault> {
        let mut blocks = Blocks::new(line_ends::unified(utf16::utf8(input)?)?, false);
        let first = blocks.next()?.unwrap_or_default();
        Self::start(blocks, first, scheme, thread::available_parallelism().map_or(1, usize::from))
    }

    /// Starts to read a text of which only the start is known; complete lines of a growing one are returned at once.
    pub(super) fn open_start(
        input: impl Read + Send + 'static,
        options: &Options,
        follow: bool,
    ) -> Result<Self, Fault> {
        let mut blocks = Blocks::new(utf16::utf8(input)?, follow);
        let (scheme, first) = Scheme::of_start(&mut blocks, options)?;
        Self::start(blocks, first, scheme, 1)
    }

    fn start<R: Read + Send + 'static>(
        blocks: Blocks<R>,
        mut first: Vec<u8>,
        scheme: Scheme,
        threads: usize,
    ) -> Result<Self, Fault> {
        first.drain(..scheme.head.bytes.min(first.len()));
        let scheme = Arc::new(scheme);
        let (jobs, waiting) = sync_channel::<Job<Rows>>(threads);
        // The consumer takes rows in this order; the bounded channel applies backpressure to the reader.
        let (order, rows) = sync_channel(2 * threads);
        let (failures, failed) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads {
            let (waiting, scheme) = (Arc::clone(&waiting), Arc::clone(&scheme));
            let rows = move |block: Vec<u8>| lines::rows(&block, &scheme.head, &scheme.plan);
            spawn("parser", move || parse(&waiting, rows))?;
        }
        spawn("reader", move || read(blocks, first, &jobs, &order).unwrap_or_else(|error| drop(failures.send(error))))?;
        Ok(Self { scheme, rows, failed })
    }
}

impl Iterator for Text {
    type Item = Result<Rows, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.rows.recv() {
            // A closed channel means that the parser panicked, which was reported.
            Ok(rows) => Some(rows.recv().map_err(|_| parser_gone().into())),
            // The reader has stopped: at the end of the text, or with an error.
            Err(_) => self.failed.try_recv().ok().map(|error| Err(error.into())),
        }
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.into()).spawn(work).map(drop)
}

/// Sends blocks until the text ends or the receiver is dropped.
fn read<R: Read, T>(
    mut blocks: Blocks<R>,
    first: Vec<u8>,
    jobs: &SyncSender<Job<T>>,
    order: &SyncSender<Receiver<T>>,
) -> io::Result<()> {
    let mut next = Some(first);
    while let Some(block) = next {
        let (sender, found) = channel();
        if !block.is_empty() && (order.send(found).is_err() || jobs.send((block, sender)).is_err()) {
            break;
        }
        next = blocks.next()?;
    }
    Ok(())
}

fn parser_gone() -> io::Error {
    io::Error::other("a parser is gone")
}

/// Reads blocks until there are no more.
fn parse<T>(waiting: &Mutex<Receiver<Job<T>>>, read: impl Fn(Vec<u8>) -> T) {
    // Hold the lock while waiting for a block, not while parsing it.
    let next = || waiting.lock().ok()?.recv().ok();
    while let Some((block, sender)) = next() {
        // The receiver is gone if the import failed.
        let _ = sender.send(read(block));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: Vec<u8>) -> Text {
        let scheme = Scheme::of(&*text, &Options::default()).expect("understood");
        Text::open(io::Cursor::new(text), scheme).expect("opened")
    }

    #[test]
    fn order_and_lines_are_those_of_the_text() {
        let mut text = "time,open,high,low,close,volume\n".to_owned();
        for row in 0..200_000 {
            text += &if row % 50_000 == 7 { "oops\n".into() } else { format!("{},1.5,2.5,0.5,1,{row}\n", row * 60) };
        }
        let text = open(text.into_bytes());
        let (mut times, mut skipped, mut lines) = (Vec::new(), Vec::new(), text.scheme.head.lines + 1);
        let mut pieces = 0;
        for rows in text {
            let rows = rows.expect("read");
            times.extend(rows.columns.times);
            skipped.extend(rows.skipped.examples.into_iter().map(|(line, _)| lines + line));
            lines += rows.lines;
            pieces += 1;
        }
        let seconds: Vec<i64> = (0..200_000).filter(|row| row % 50_000 != 7).map(|row| row * 60_000_000_000).collect();
        assert!(times == seconds && pieces > 2, "{pieces}");
        assert_eq!((skipped, lines), (vec![9, 50_009, 100_009, 150_009], 200_002));
    }

    #[test]
    fn an_import_that_ends_early_leaves_no_thread_waiting() {
        let endless =
            io::Cursor::new(b"time,open,high,low,close,volume\n60,1,1,1,1,1\n".to_vec()).chain(io::repeat(b'\n'));
        let mut text = Text::open_start(endless, &Options::default(), false).expect("understood");
        assert!(text.next().expect("there are lines").is_ok());
        drop(text);
    }

    #[test]
    fn lines_may_end_as_on_an_old_mac() {
        let text = "time,open,high,low,close,volume\r2020-01-02,1,1,1,1,1\r2020-01-03,1,1,1,1,1\r";
        let rows: Vec<_> = open(text.into()).map(|rows| rows.expect("read").columns.times.len()).collect();
        assert_eq!(rows, [2]);
    }
}
