//! Rows of a text: one thread reads, several parse, and rows are returned in order.

mod blocks;
mod head;
mod lines;

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use blocks::Blocks;
use head::Head;

use super::fault::Fault;
use super::layout::Choice;
use super::rows::Rows;

/// A text, opened for reading.
pub(crate) struct Text {
    /// The parsed head.
    pub(crate) head: Arc<Head>,
    rows: Receiver<Receiver<Rows>>,
    failed: Receiver<io::Error>,
}

/// A block of lines, and the channel of its rows.
type Job = (Vec<u8>, Sender<Rows>);

impl Text {
    /// Reads the head of a text and starts the reader; of a growing text, complete lines are returned at once.
    pub(crate) fn open(input: impl Read + Send + 'static, choices: &[Choice], follow: bool) -> Result<Self, Fault> {
        let mut blocks = Blocks::new(input, follow);
        let mut first = blocks.next()?.unwrap_or_default();
        let head = Arc::new(Head::of(&first, choices)?);
        first.drain(..head.bytes);
        let threads = if follow { 1 } else { thread::available_parallelism().map_or(1, usize::from) };
        let (jobs, waiting) = sync_channel::<Job>(threads);
        // The consumer takes rows in this order; the bounded channel applies backpressure to the reader.
        let (order, rows) = sync_channel(2 * threads);
        let (failures, failed) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads {
            let (waiting, head) = (Arc::clone(&waiting), Arc::clone(&head));
            start("parser", move || parse(&waiting, &head))?;
        }
        start("reader", move || read(blocks, first, &jobs, &order).unwrap_or_else(|error| drop(failures.send(error))))?;
        Ok(Self { head, rows, failed })
    }
}

impl Iterator for Text {
    type Item = Result<Rows, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.rows.recv() {
            // A closed channel means that the parser panicked, which was reported.
            Ok(rows) => Some(rows.recv().map_err(|_| io::Error::other("a parser is gone").into())),
            // The reader has stopped: at the end of the text, or with an error.
            Err(_) => self.failed.try_recv().ok().map(|error| Err(error.into())),
        }
    }
}

fn start(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.into()).spawn(work).map(drop)
}

/// Sends blocks until the text ends or the receiver is dropped.
fn read<R: Read>(
    mut blocks: Blocks<R>,
    first: Vec<u8>,
    jobs: &SyncSender<Job>,
    order: &SyncSender<Receiver<Rows>>,
) -> io::Result<()> {
    let mut next = Some(first);
    while let Some(block) = next {
        let (sender, rows) = channel();
        if !block.is_empty() && (order.send(rows).is_err() || jobs.send((block, sender)).is_err()) {
            break;
        }
        next = blocks.next()?;
    }
    Ok(())
}

fn parse(waiting: &Mutex<Receiver<Job>>, head: &Head) {
    // Hold the lock while waiting for a block, not while parsing it.
    let next = || waiting.lock().ok()?.recv().ok();
    while let Some((block, sender)) = next() {
        // The receiver is gone if the import failed.
        let _ = sender.send(lines::rows(&block, head));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_lines_are_those_of_the_text() {
        let mut text = "time,open,high,low,close,volume\n".to_owned();
        for row in 0..200_000 {
            text += &if row % 50_000 == 7 { "oops\n".into() } else { format!("{row},1.5,2.5,0.5,1,{row}\n") };
        }
        let text = Text::open(io::Cursor::new(text.into_bytes()), &[], false).expect("understood");
        let (mut times, mut skipped, mut lines) = (Vec::new(), Vec::new(), text.head.lines + 1);
        let mut pieces = 0;
        for rows in text {
            let rows = rows.expect("read");
            times.extend(rows.columns.times);
            skipped.extend(rows.skipped.told.into_iter().map(|(line, _)| lines + line));
            lines += rows.lines;
            pieces += 1;
        }
        let seconds: Vec<i64> = (0..200_000).filter(|row| row % 50_000 != 7).map(|row| row * 1_000_000_000).collect();
        assert!(times == seconds && pieces > 2, "{pieces}");
        assert_eq!((skipped, lines), (vec![9, 50_009, 100_009, 150_009], 200_002));
    }

    #[test]
    fn an_import_that_ends_early_leaves_no_thread_waiting() {
        let endless = io::Cursor::new(b"time,open,high,low,close,volume\n".to_vec()).chain(io::repeat(b'\n'));
        let mut text = Text::open(endless, &[], false).expect("understood");
        assert!(text.next().expect("there are lines").is_ok());
        drop(text);
    }
}
