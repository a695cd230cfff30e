//! The memory of the values: first fit over free ranges, which are joined when they touch.

use std::collections::BTreeMap;

/// Ranges of bytes, used and free.
#[derive(Debug)]
pub(super) struct Heap {
    /// The length of each free range below `end`, by its start. No two touch.
    free: BTreeMap<usize, usize>,
    /// What lies from here on was never used, or is free again.
    end: usize,
    limit: usize,
}

impl Heap {
    /// A heap from `start` to before `limit`.
    pub(super) fn new(start: usize, limit: usize) -> Self {
        Self { free: BTreeMap::new(), end: start, limit }
    }

    /// What lies from here on is free.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Where `bytes` bytes would be, the lowest place, and the end of the used memory then.
    pub(super) fn find(&self, bytes: usize) -> Option<(usize, usize)> {
        if let Some((&start, _)) = self.free.iter().find(|&(_, &len)| len >= bytes) {
            return Some((start, self.end));
        }
        let end = self.end.checked_add(bytes).filter(|&end| end <= self.limit)?;
        Some((self.end, end))
    }

    /// Takes the bytes that `find` has found.
    pub(super) fn take(&mut self, start: usize, bytes: usize) {
        match self.free.remove(&start) {
            Some(len) if len > bytes => drop(self.free.insert(start + bytes, len - bytes)),
            Some(_) => {}
            None => self.end = start + bytes,
        }
    }

    /// Gives bytes back.
    pub(super) fn give_back(&mut self, start: usize, bytes: usize) {
        let (mut start, mut len) = (start, bytes);
        if let Some((&before, &before_len)) = self.free.range(..start).next_back()
            && before + before_len == start
        {
            self.free.remove(&before);
            (start, len) = (before, before_len + len);
        }
        if let Some(after) = self.free.remove(&(start + len)) {
            len += after;
        }
        if start + len == self.end {
            self.end = start;
        } else {
            self.free.insert(start, len);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_used_does_not_overlap(steps in proptest::collection::vec((any::<bool>(), 1_usize..9), 1..200)) {
            let (mut heap, mut used) = (Heap::new(64, 64 + 64 * 40), BTreeMap::<usize, usize>::new());
            for (takes, size) in steps {
                if takes {
                    let bytes = size * 64;
                    let Some((start, end)) = heap.find(bytes) else { continue };
                    heap.take(start, bytes);
                    prop_assert!(start >= 64 && start + bytes <= end && end == heap.end && end <= heap.limit);
                    let before = used.range(..start).next_back().map_or(0, |(start, len)| start + len);
                    let after = used.range(start..).next().map_or(usize::MAX, |(start, _)| *start);
                    prop_assert!(before <= start && start + bytes <= after);
                    used.insert(start, bytes);
                } else if let Some((&start, &len)) = used.iter().nth(size % used.len().max(1)) {
                    used.remove(&start);
                    heap.give_back(start, len);
                }
            }
            for (start, len) in used {
                heap.give_back(start, len);
            }
            prop_assert_eq!((heap.end, heap.free.len()), (64, 0));
        }
    }
}
