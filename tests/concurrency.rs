//! Eight writers of ours and one that writes as Claude Code does, without a lock: 2,000 edits of one file.
//!
//! None of our edits may undo another one's change, and no reader may ever see anything but a whole file. What the other
//! program undoes (it read before our edit and wrote after it) is beyond us: each such loss must be found in its log.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test stops when it cannot go on, and this one plays another program"
)]

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use claude_bedrock::file::{self, Content, Kept, Options, Plan};
use serde_json::{Map, Value};

const WRITERS: usize = 8;
const EDITS_EACH: usize = 230;
const OURS: usize = WRITERS * EDITS_EACH;
const FOREIGN_EDITS: usize = 2_000 - OURS;

fn parse(bytes: &[u8]) -> Map<String, Value> {
    serde_json::from_slice(bytes).expect("a whole file at any time")
}

fn print(settings: &Map<String, Value>) -> Vec<u8> {
    serde_json::to_vec_pretty(settings).unwrap()
}

/// The edit that this writer made last, as the file tells it; 0 when the file does not know the writer.
fn count_of(settings: &Map<String, Value>, writer: usize) -> usize {
    let count = settings.get(&format!("writer {writer}"));
    usize::try_from(count.and_then(Value::as_u64).unwrap_or(0)).unwrap()
}

/// Edits that were undone: what the writer had written, and what it found instead.
fn write_ours(path: &Path, writer: usize, done: &AtomicUsize) -> Vec<usize> {
    let mut undone = Vec::new();
    for edit in 1..=EDITS_EACH {
        let mut found = 0;
        file::edit(path, Options::default(), |seen| {
            let mut settings = parse(seen.current.expect("the file is there at any time"));
            found = count_of(&settings, writer);
            settings.insert(format!("writer {writer}"), edit.into());
            Ok(Plan {
                content: Content::Write(print(&settings)),
                kept: Kept::Leave,
            })
        })
        .unwrap();
        if found != edit - 1 {
            undone.push(found);
        }
        done.fetch_add(1, Ordering::SeqCst);
    }
    undone
}

/// Reads, changes a key of its own, writes a file and renames it. Returns everything that it wrote.
///
/// It keeps in step with the others, so that the edits of both fall together from the first to the last. Each of our
/// writers ends an edit between two of its own: a program that reads again within the microseconds in which its change is
/// being given back could lose that change to itself.
fn write_theirs(path: &Path, done: &AtomicUsize) -> Vec<Map<String, Value>> {
    let mut log = Vec::new();
    let mut ours_then = 0;
    for edit in 0..FOREIGN_EDITS {
        let due = (edit * OURS / FOREIGN_EDITS).max(ours_then + WRITERS + 1);
        while edit > 0 && done.load(Ordering::SeqCst) < due.min(OURS) {
            thread::yield_now();
        }
        let mut settings = parse(&fs::read(path).unwrap());
        settings.insert(format!("theirs {edit}"), true.into());
        let temp = path.with_extension("theirs");
        fs::write(&temp, print(&settings)).unwrap();
        fs::rename(&temp, path).unwrap();
        ours_then = done.load(Ordering::SeqCst);
        log.push(settings);
    }
    log
}

#[test]
fn defect_7_no_update_is_lost() {
    // In memory where there is such a place: `fsync` costs nothing there, so the edits come thick and fast.
    let memory = Path::new("/dev/shm");
    let home = match tempfile::tempdir_in(memory) {
        Ok(home) => home,
        Err(_) => tempfile::tempdir().unwrap(),
    };
    let path = home.path().join("settings.json");
    fs::write(&path, "{}").unwrap();
    let (done, over) = (AtomicUsize::new(0), AtomicBool::new(false));

    let (undone, log, polls) = thread::scope(|scope| {
        let ours: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (path, done) = (&path, &done);
                scope.spawn(move || write_ours(path, writer, done))
            })
            .collect();
        let theirs = scope.spawn(|| write_theirs(&path, &done));
        let reader = scope.spawn(|| {
            let mut polls = 0;
            while !over.load(Ordering::SeqCst) {
                parse(&fs::read(&path).expect("the file is there at any time"));
                polls += 1;
                thread::yield_now();
            }
            polls
        });
        let undone: Vec<_> = ours.into_iter().map(|it| it.join().unwrap()).collect();
        let log = theirs.join().unwrap();
        over.store(true, Ordering::SeqCst);
        (undone, log, reader.join().unwrap())
    });

    let end = parse(&fs::read(&path).unwrap());
    let missing = (0..FOREIGN_EDITS)
        .filter(|edit| !end.contains_key(&format!("theirs {edit}")))
        .count();
    let blamed: usize = undone.iter().map(Vec::len).sum();
    println!(
        "2000 edits, {polls} polls; {missing} of theirs undone by us, {blamed} of ours undone by them"
    );
    assert_eq!(missing, 0, "changes of theirs that we undid");
    for (writer, mut undone) in undone.into_iter().enumerate() {
        let last = count_of(&end, writer);
        if last != EDITS_EACH {
            undone.push(last);
        }
        for found in undone {
            let theirs = log.iter().any(|wrote| count_of(wrote, writer) == found);
            assert!(
                theirs,
                "writer {writer} was set back to {found}, and not by them"
            );
        }
    }
    let left: Vec<_> = fs::read_dir(home.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}
