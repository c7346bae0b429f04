//! Units are worked on in any order and committed in theirs.
//!
//! A worker that has finished a unit hands it in. Whoever hands in the next one that is due commits
//! it, together with all that wait behind it, so that one wait for the disk serves many units when the
//! disk is slow. A worker that is too far ahead of the last commit waits: what a crash can cost is
//! bounded, and so is what is remembered. What a commit does is not known here.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// So many units can be ahead of the last commit. They lie on disk, under temporary names.
const AHEAD: u64 = 256;

/// Puts what comes in any order into its own.
pub(crate) struct Window<T, E> {
    state: Mutex<State<T, E>>,
    moved: Condvar,
}

struct State<T, E> {
    /// The next unit to commit.
    next: u64,
    waiting: BTreeMap<u64, T>,
    is_committing: bool,
    failure: Option<E>,
}

impl<T, E> Window<T, E> {
    /// A window whose first unit is `next`.
    pub(crate) fn new(next: u64) -> Self {
        let state = State { next, waiting: BTreeMap::new(), is_committing: false, failure: None };
        Window { state: Mutex::new(state), moved: Condvar::new() }
    }

    /// Waits until a unit is no longer too far ahead. False if there is nothing to go on for.
    ///
    /// Units are begun in order, so that whoever the window waits for is at work and not here.
    pub(crate) fn wait_for(&self, unit: u64) -> bool {
        let is_far = |state: &mut State<T, E>| state.failure.is_none() && unit >= state.next + AHEAD;
        let state = self.moved.wait_while(self.lock(), is_far).unwrap_or_else(PoisonError::into_inner);
        state.failure.is_none()
    }

    /// Hands in a finished unit; `commit` is called with those that are due, in order and by one
    /// worker at a time. False if a commit has failed, this one or another.
    pub(crate) fn hand_in(&self, unit: u64, done: T, commit: impl Fn(Vec<T>) -> Result<(), E>) -> bool {
        let mut state = self.lock();
        state.waiting.insert(unit, done);
        while !state.is_committing && state.failure.is_none() {
            let due = state.take_due();
            if due.is_empty() {
                break;
            }
            let count = due.len() as u64;
            state.is_committing = true;
            drop(state);
            let outcome = commit(due);
            state = self.lock();
            state.is_committing = false;
            match outcome {
                Ok(()) => state.next += count,
                Err(error) => state.failure = Some(error),
            }
            self.moved.notify_all();
        }
        state.failure.is_none()
    }

    /// Ends the waiting: the run has failed, or is to stop. The first failure counts.
    pub(crate) fn fail(&self, error: E) {
        self.lock().failure.get_or_insert(error);
        self.moved.notify_all();
    }

    /// The first failure.
    pub(crate) fn into_outcome(self) -> Result<(), E> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.failure.map_or(Ok(()), Err)
    }

    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, E> State<T, E> {
    /// Everything from the next unit on, up to the first that is missing.
    fn take_due(&mut self) -> Vec<T> {
        let mut due = Vec::new();
        while let Some(done) = self.waiting.remove(&(self.next + due.len() as u64)) {
            due.push(done);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;
    use std::time::Duration;

    #[test]
    fn units_are_committed_in_order_whoever_is_first() {
        let window = Window::<u64, ()>::new(3);
        let committed = Mutex::new(Vec::new());
        let commit = |due: Vec<u64>| {
            committed.lock().unwrap().push(due);
            Ok(())
        };
        for unit in [5, 3, 7, 6, 4] {
            assert!(window.hand_in(unit, unit, commit));
        }
        assert_eq!(*committed.lock().unwrap(), [vec![3], vec![4, 5, 6, 7]]);
        assert_eq!(window.into_outcome(), Ok(()));
    }

    #[test]
    fn many_workers_leave_no_unit_behind() {
        let window = Window::<u64, ()>::new(0);
        let (next, committed) = (AtomicU64::new(0), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    loop {
                        let unit = next.fetch_add(1, Ordering::Relaxed);
                        if unit >= 2000 || !window.wait_for(unit) {
                            return;
                        }
                        window.hand_in(unit, unit, |due| {
                            committed.lock().unwrap().extend(due);
                            Ok(())
                        });
                    }
                });
            }
        });
        assert_eq!(*committed.lock().unwrap(), (0..2000).collect::<Vec<_>>());
    }

    #[test]
    fn who_is_too_far_ahead_waits() {
        let window = Window::<u64, ()>::new(0);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| window.wait_for(AHEAD));
            thread::sleep(Duration::from_millis(20));
            assert!(!waiting.is_finished());
            window.hand_in(0, 0, |_| Ok(()));
            assert!(waiting.join().unwrap());
        });
    }

    #[test]
    fn a_failure_ends_the_waiting() {
        let window = Window::<u64, &str>::new(0);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| window.wait_for(AHEAD));
            assert!(!window.hand_in(0, 0, |_| Err("the disk is full")));
            assert!(!waiting.join().unwrap());
        });
        window.fail("another");
        assert_eq!(window.into_outcome(), Err("the disk is full"));
    }
}
