//! Work done side by side: one thread leads, a few work, and what is to be done is a number.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What is to be done and what is done, between the leader and the workers.
pub struct Board<'a> {
    notes: Mutex<Notes>,
    changed: Condvar,
    work: &'a (dyn Fn(usize) + Sync),
}

#[derive(Default)]
struct Notes {
    wanted: VecDeque<usize>,
    done: VecDeque<usize>,
    under_way: usize,
    workers: usize,
    closed: bool,
}

/// Has `work` done on `threads` threads for the numbers that `lead`, on this one, asks for.
///
/// It ends when `lead` has ended and every number that was begun is done; what was not begun by then is left.
pub fn side_by_side(
    threads: usize,
    work: &(dyn Fn(usize) + Sync),
    lead: &mut dyn FnMut(&Board<'_>),
) {
    let board = &Board {
        notes: Mutex::default(),
        changed: Condvar::new(),
        work,
    };
    std::thread::scope(|scope| {
        let started = (0..threads).filter(|_| {
            std::thread::Builder::new()
                .spawn_scoped(scope, || board.work_off())
                .is_ok()
        });
        let started = started.count();
        board.notes().workers = started;
        lead(board);
        let mut notes = board.notes();
        notes.wanted.clear();
        notes.closed = true;
        board.changed.notify_all();
    });
}

impl Board<'_> {
    /// Asks for a number to be worked on.
    pub fn want(&self, number: usize) {
        self.notes().wanted.push_back(number);
        self.changed.notify_all();
    }

    /// Waits for the next number that is done; `None` when nothing is wanted or under way any more.
    pub fn next_done(&self) -> Option<usize> {
        let mut notes = self.notes();
        loop {
            if let Some(number) = notes.done.pop_front() {
                return Some(number);
            }
            if notes.workers == 0 {
                // No threads to be had: one after the other.
                let number = notes.wanted.pop_front()?;
                drop(notes);
                (self.work)(number);
                return Some(number);
            }
            if notes.wanted.is_empty() && notes.under_way == 0 {
                return None;
            }
            notes = self.wait(notes);
        }
    }

    fn work_off(&self) {
        let mut notes = self.notes();
        loop {
            if let Some(number) = notes.wanted.pop_front() {
                notes.under_way += 1;
                drop(notes);
                (self.work)(number);
                notes = self.notes();
                notes.under_way -= 1;
                notes.done.push_back(number);
                self.changed.notify_all();
            } else if notes.closed {
                return;
            } else {
                notes = self.wait(notes);
            }
        }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        lock(&self.notes)
    }

    fn wait<'n>(&'n self, notes: MutexGuard<'n, Notes>) -> MutexGuard<'n, Notes> {
        self.changed
            .wait(notes)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a mutex guards. Work that broke off with it in hand has its panic told elsewhere.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_done_once_and_told_of_once() {
        for threads in [0, 1, 3] {
            let done = Mutex::new(Vec::new());
            let mut told = Vec::new();
            side_by_side(
                threads,
                &|number| done.lock().unwrap().push(number),
                &mut |board| {
                    (0..5).for_each(|number| board.want(number));
                    while let Some(number) = board.next_done() {
                        told.push(number);
                        if number == 0 {
                            board.want(5);
                        }
                    }
                },
            );
            let mut done = done.into_inner().unwrap();
            done.sort_unstable();
            told.sort_unstable();
            assert_eq!(done, [0, 1, 2, 3, 4, 5], "{threads}");
            assert_eq!(told, done, "{threads}");
        }
    }

    #[test]
    fn what_was_not_begun_is_left() {
        let done = Mutex::new(Vec::new());
        side_by_side(
            1,
            &|number| done.lock().unwrap().push(number),
            &mut |board| {
                board.want(0);
                assert_eq!(board.next_done(), Some(0));
                assert_eq!(board.next_done(), None);
            },
        );
        side_by_side(
            0,
            &|number| done.lock().unwrap().push(number),
            &mut |board| {
                board.want(1);
            },
        );
        assert_eq!(done.into_inner().unwrap(), [0]);
    }
}
