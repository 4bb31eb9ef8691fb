//! Children here are `/bin/sh` scripts; what they may leave running ends by itself.

#![cfg(unix)]

use std::sync::Mutex;
use std::time::Instant;

use super::*;

fn env() -> Env {
    Env::read(Some(Path::new("/"))).unwrap()
}

fn sh(script: &str) -> Run {
    Run::new("/bin/sh", &env())
        .args(["-c", script])
        .deadline(Duration::from_secs(20))
}

fn stdout(run: &Run) -> String {
    let output = capture(run).unwrap();
    assert!(output.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn output_and_exit_code_come_back() {
    let output = capture(&sh("echo out; echo err >&2; exit 3")).unwrap();
    assert_eq!(output.end, End::Exit(3));
    assert_eq!(output.stdout, b"out\n");
    assert_eq!(output.stderr_text(), "err\n");
    assert!(!output.success());
}

#[test]
fn a_signal_is_no_exit_code() {
    let output = capture(&sh("kill -9 $$")).unwrap();
    assert_eq!((output.end, output.exit()), (End::Signal(9), None));
}

#[test]
fn output_may_be_longer_than_a_pipe_and_need_not_be_text() {
    let output = capture(&sh("head -c 10000000 /dev/zero; printf '\\377' >&2")).unwrap();
    assert_eq!(output.stdout.len(), 10_000_000);
    assert_eq!(output.stderr, [0xff]);
    assert_eq!(output.stderr_text(), "\u{fffd}");
}

#[test]
fn endless_output_is_cut_off() {
    let output = capture(&sh("cat /dev/zero")).unwrap();
    assert_eq!(output.end, End::TooLarge);
}

/// What a wrapper script started outlives a killed wrapper and keeps its output open.
#[test]
fn a_deadline_holds_against_a_grandchild() {
    let run =
        sh("echo before; sleep 30 & sleep 30; echo after").deadline(Duration::from_millis(300));
    let started = Instant::now();
    let output = capture(&run).unwrap();
    assert_eq!(output.end, End::TimedOut);
    assert_eq!(output.stdout, b"before\n");
    assert!(started.elapsed() < Duration::from_secs(15), "waited for it");
}

/// One that has left the process group cannot be killed with it, and must not be waited for either.
#[cfg(target_os = "linux")]
#[test]
fn a_deadline_holds_against_a_daemon() {
    let run = sh("setsid sleep 20 & sleep 20").deadline(Duration::from_millis(300));
    let started = Instant::now();
    assert_eq!(capture(&run).unwrap().end, End::TimedOut);
    assert!(started.elapsed() < Duration::from_secs(15), "waited for it");
}

#[test]
fn the_grandchild_is_killed_too() {
    let run = sh("sleep 30 & echo $!; wait").deadline(Duration::from_millis(300));
    let output = capture(&run).unwrap();
    let pid = String::from_utf8(output.stdout).unwrap();
    // Killed, it is gone, or a zombie until init has looked after it.
    let state = sh(&format!("ps -o stat= -p {} | grep -v Z", pid.trim()));
    assert_eq!(capture(&state).unwrap().stdout, b"", "still running");
}

#[test]
fn there_is_no_terminal_to_ask_on() {
    assert_eq!(
        stdout(&sh(
            "if (: </dev/tty) 2>/dev/null; then echo open; else echo none; fi"
        )),
        "none\n"
    );
    assert_eq!(stdout(&sh("cat; echo end")), "end\n", "stdin is empty");
}

#[test]
fn variables_are_set_and_taken_out() {
    let run = sh("echo \"$A ${B-unset} $HOME\"")
        .set_var("A", "a")
        .set_var("B", "b")
        .remove_vars(&["B", "NEVER_SET"]);
    assert_eq!(stdout(&run), "a unset /\n");
}

#[test]
fn a_missing_temporary_folder_is_passed_over() {
    assert_eq!(
        stdout(&sh("echo ok").set_var("TMPDIR", "/nonexistent/folder")),
        "ok\n"
    );
}

#[test]
fn a_program_that_cannot_start_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("program");
    let fails = |what: &str| {
        let error = capture(&Run::new(&path, &env())).unwrap_err();
        assert_eq!(error.code, Code::CommandNotFound);
        assert!(error.message.contains(what), "{}", error.message);
    };
    fails("was not found");
    // Written by a child: a file that this process held open for writing might count as busy in a child of another test.
    stdout(&sh(&format!(
        "echo '#!/nonexistent/interpreter' > '{}'",
        path.display()
    )));
    fails("may not be executed");
    stdout(&sh(&format!("chmod 755 '{}'", path.display())));
    fails("the interpreter it names");
}

#[test]
fn results_keep_the_order_of_the_runs() {
    let runs: Vec<Run> = (0..7).map(|n| sh(&format!("echo {n}"))).collect();
    let mut done = Vec::new();
    let results = capture_all(&runs, 3, &mut |index| done.push(index));
    let texts: Vec<_> = results.into_iter().map(|r| r.unwrap().stdout).collect();
    let wanted: Vec<_> = (0..7).map(|n| format!("{n}\n").into_bytes()).collect();
    assert_eq!(texts, wanted);
    done.sort_unstable();
    assert_eq!(done, [0, 1, 2, 3, 4, 5, 6]);
    assert!(capture_all(&[], 8, &mut |_| {}).is_empty());
}

/// Ctrl-C ends the children and leaves the answer to us; the test program is started again to be the one interrupted.
#[test]
fn an_interruption_ends_the_children() {
    let again = env().executable.unwrap();
    let wanted = "exec::tests::interrupted_while_children_run";
    let run = Run::new(again, &env()).args([wanted, "--exact", "--ignored", "--nocapture"]);
    let text = stdout(&run);
    assert!(text.contains("1 passed"), "{text}");
}

#[test]
#[ignore = "interrupts its own process; started by another test"]
fn interrupted_while_children_run() {
    let runs = [sh("kill -INT $PPID; sleep 30"), sh("sleep 30"), sh("true")];
    let started = Instant::now();
    for result in capture_all(&runs, 2, &mut |_| {}) {
        assert_eq!(result.unwrap_err().code, Code::Interrupted);
    }
    assert!(
        started.elapsed() < Duration::from_secs(15),
        "waited for them"
    );
    assert_eq!(capture(&sh("true")).unwrap_err().code, Code::Interrupted);
}

#[test]
fn without_children_an_interruption_ends_us_as_ever() {
    let again = env().executable.unwrap();
    let wanted = "exec::tests::interrupted_at_rest";
    let run = Run::new(again, &env()).args([wanted, "--exact", "--ignored"]);
    assert_eq!(capture(&run).unwrap().end, End::Signal(libc::SIGINT));
}

#[test]
#[ignore = "interrupts its own process; started by another test"]
fn interrupted_at_rest() {
    capture(&sh("true")).unwrap();
    signal_hook::low_level::raise(signal_hook::consts::SIGINT).unwrap();
}

#[test]
fn a_program_on_the_terminal_returns_its_exit_code() {
    let heard = interactive(&sh("echo told; exit 5"), None).unwrap();
    assert_eq!(heard, (Some(5), "told\n".to_owned()));
    let killed = interactive(&sh("kill -9 $$"), None).unwrap();
    assert_eq!(killed.0, Some(137));
    let missing = Run::new("/nonexistent/program", &env());
    let error = interactive(&missing, None).unwrap_err();
    assert_eq!(error.code, Code::CommandNotFound);
    assert_eq!(replace(&missing).unwrap_err().code, Code::CommandNotFound);
}

/// Each waits for the other, which only works when both run at once.
#[test]
fn runs_go_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    let meet = |mine: &Path, other: &Path| {
        let (mine, other) = (mine.display(), other.display());
        sh(&format!(
            "touch '{mine}'; while ! [ -e '{other}' ]; do sleep 0.01; done"
        ))
    };
    for result in capture_all(&[meet(&a, &b), meet(&b, &a)], 2, &mut |_| {}) {
        assert!(result.unwrap().success());
    }
}

#[test]
fn the_trace_names_the_command_and_its_end() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lines);
    let trace: Trace = Arc::new(move |line: &str| sink.lock().unwrap().push(line.to_owned()));
    capture(&sh("exit 4").trace(Some(trace))).unwrap();
    let lines = lines.lock().unwrap();
    assert!(
        lines[0].starts_with("/bin/sh -c 'exit 4' (exit 4, "),
        "{lines:?}"
    );
}

#[test]
fn programs_are_never_found_in_the_working_folder() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    let path = program.display();
    stdout(&sh(&format!("touch '{path}'; chmod 755 '{path}'")));
    let mut env = env();
    env.cwd = folder.path().to_owned();
    assert_eq!(find(&env, "program".as_ref()), None);
    assert_eq!(find(&env, "./program".as_ref()), Some(program));
    assert!(find(&env, "sh".as_ref()).is_some_and(|path| path.is_absolute()));
    assert_eq!(find(&env, "no-such-program".as_ref()), None);
}
