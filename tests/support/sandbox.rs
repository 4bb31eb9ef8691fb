//! One temporary folder with a HOME, a PATH and a system root in it, and the real binary run inside.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::secrets::Secrets;
use super::{paths, snapshot, stand_in};

/// The clock of a run that needs no other: 2026-11-22T12:00:00Z.
pub(crate) const NOW: i64 = 1_795_348_800;

/// The folders of one run; all gone when it is dropped.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
    /// The user's home.
    pub(crate) home: PathBuf,
    /// The only folder on PATH.
    pub(crate) bin: PathBuf,
    /// Stands for `/` where the program looks for files of the system.
    pub(crate) root: PathBuf,
    /// The working folder unless the case names another.
    pub(crate) work: PathBuf,
    /// TMPDIR; nothing may be left in it.
    pub(crate) tmp: PathBuf,
    /// What the stand-ins answer from and report to.
    pub(crate) calls: PathBuf,
    program: PathBuf,
    drop_root: bool,
    secrets: Mutex<Secrets>,
}

/// What one run of the program gave.
#[must_use = "a run whose output nobody looks at tests nothing"]
pub(crate) struct Output {
    /// The exit code; -1 when a signal ended it.
    pub(crate) exit: i32,
    /// Standard output.
    pub(crate) stdout: Vec<u8>,
    /// Standard error.
    pub(crate) stderr: Vec<u8>,
}

impl From<std::process::Output> for Output {
    fn from(output: std::process::Output) -> Self {
        Output {
            exit: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: output.stderr,
        }
    }
}

impl Sandbox {
    /// An empty home, an empty PATH.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("claude-bedrock-")
            .tempdir()
            .expect("a temporary folder");
        let base = paths::real(folder.path());
        let make = |name: &str| {
            let path = base.join(name);
            std::fs::create_dir(&path).expect("a folder in it");
            path
        };
        Sandbox {
            home: make("home"),
            bin: make("bin"),
            root: make("root"),
            work: make("work"),
            tmp: make("tmp"),
            calls: make("calls"),
            program: super::program(),
            drop_root: false,
            secrets: Mutex::default(),
            folder,
        }
    }

    /// The binary with an environment that holds nothing of this machine's.
    pub(crate) fn command(&self, now: i64) -> Command {
        // What a run takes out of a file stays a secret.
        self.secrets().learn(&snapshot::take(&self.home));
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .env("HOME", &self.home)
            .env("USERPROFILE", &self.home)
            .env("PATH", &self.bin)
            .env("TMPDIR", &self.tmp)
            .env("TZ", "UTC")
            .env("LANG", "C.UTF-8")
            .env("COLUMNS", "80")
            .env("NO_COLOR", "1")
            .env("CLAUDE_BEDROCK_NOW", now.to_string())
            .env("CLAUDE_BEDROCK_ROOT", &self.root)
            .env(stand_in::FOLDER, &self.calls)
            .current_dir(&self.work);
        #[cfg(windows)]
        command
            .env("TEMP", &self.tmp)
            // At the same place in the home as elsewhere.
            .env("LOCALAPPDATA", self.home.join(".cache"))
            .env("PATHEXT", ".COM;.EXE;.BAT;.CMD")
            .envs(std::env::vars_os().filter(|(name, _)| name.eq_ignore_ascii_case("SystemRoot")));
        #[cfg(unix)]
        if self.drop_root {
            use std::os::unix::process::CommandExt;
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// Runs a command to its end. A secret that gets out ends the test.
    pub(crate) fn run(&self, command: Command, stdin: &str) -> Output {
        for (name, value) in command.get_envs() {
            let value = value.unwrap_or_default().to_string_lossy();
            self.secrets()
                .learn_variable(&name.to_string_lossy(), &value);
        }
        self.looked_through(run(command, stdin))
    }

    /// Starts the binary to run beside the test, with the system's own programs behind those of ours.
    #[cfg(unix)]
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        let mut command = self.command(NOW);
        command
            .args(args)
            .env("PATH", format!("{}:/usr/bin:/bin", self.bin.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("the binary starts")
    }

    /// Waits for the end of what was started. A secret that gets out ends the test.
    pub(crate) fn finish(&self, child: Child) -> Output {
        let output = child.wait_with_output().expect("the binary ends");
        self.looked_through(output.into())
    }

    /// The output of a run, after a look for secrets in it and in what it left behind.
    pub(crate) fn looked_through(&self, output: Output) -> Output {
        let mut leaks = self.leaks();
        for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            leaks.extend(self.secrets().leak(name, bytes));
        }
        assert!(leaks.is_empty(), "{}", leaks.join("\n"));
        output
    }

    /// Every secret that stands where it has no place: in a file, or in the words of a child.
    fn leaks(&self) -> Vec<String> {
        let mut secrets = self.secrets();
        secrets.learn_after(&snapshot::take(&self.home));
        let folders = [&self.home, &self.root, &self.work, &self.tmp];
        let mut found: Vec<String> = folders
            .iter()
            .flat_map(|folder| secrets.leaks_in(&snapshot::take(folder)))
            .collect();
        let mut calls = snapshot::take(&self.calls);
        // The rules of a stand-in hold what it answers.
        calls.retain(|path, _| path.extension().is_none_or(|ending| ending != "json"));
        found.extend(secrets.leaks_in(&calls));
        found
    }

    /// What is known so far; a test that broke off with it in hand has not harmed it.
    fn secrets(&self) -> MutexGuard<'_, Secrets> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Root may read and write everything: hands the folders to `nobody` and runs the program as that user.
    /// Does nothing for an ordinary user.
    #[cfg(unix)]
    pub(crate) fn become_ordinary_user(&mut self) {
        use std::os::unix::fs::MetadataExt;
        let folder = self.folder.path();
        if folder.metadata().expect("its owner").uid() != 0 {
            return;
        }
        // The build folder may be closed to others.
        self.program = copy_into(&self.program, folder, "claude-bedrock");
        for link in super::entries(&self.bin) {
            std::fs::remove_file(&link).expect("a link goes");
            let me = std::env::current_exe().expect("this test program");
            copy_into(&me, &self.bin, &super::name(&link));
        }
        give_away(folder);
        self.drop_root = true;
    }

    /// Where the sandbox and the program are spelt in an output, a word instead: `[HOME]`, `[BIN]`, `[VERSION]`, ….
    pub(crate) fn neutral(&self, bytes: &[u8]) -> Vec<u8> {
        let version = env!("CARGO_PKG_VERSION");
        let places = [
            (&self.home, "[HOME]"),
            (&self.bin, "[BIN]"),
            (&self.root, "[ROOT]"),
            (&self.work, "[WORK]"),
            (&self.tmp, "[TMP]"),
            (&self.program, "[PROGRAM]"),
        ]
        .map(|(path, word)| (path.display().to_string(), word));
        let mut words: Vec<(String, &str)> = Vec::new();
        if cfg!(windows) {
            // As a word that both shells of Windows read alike.
            let word = format!(
                "\"{}\"",
                self.program.display().to_string().replace('\\', "/")
            );
            for quote in [r#"\\\""#, r#"\""#, "\""] {
                words.push((word.replace('"', quote), "[PROGRAM]"));
            }
            for level in paths::LEVELS {
                let spelt = places
                    .iter()
                    .map(|(path, word)| (paths::at_level(path, *level), *word));
                words.extend(spelt);
            }
        } else {
            words.extend(places);
        }
        words.push((
            format!("claude-bedrock {version}"),
            "claude-bedrock [VERSION]",
        ));
        words.push((format!("\"{version}\""), "\"[VERSION]\""));
        let bytes = words.iter().fold(bytes.to_vec(), |bytes, (from, to)| {
            replace(&bytes, from.as_bytes(), to.as_bytes())
        });
        match std::str::from_utf8(&bytes) {
            Ok(text) if cfg!(windows) => Self::alike(text).into_bytes(),
            _ => bytes,
        }
    }

    /// What Windows prints with the separators and the names of other systems.
    fn alike(text: &str) -> String {
        let starts = ["[HOME]", "[BIN]", "[ROOT]", "[WORK]", "[TMP]", "~"];
        // The blank in its name would end the path.
        let text = [4, 2, 1].iter().fold(text.to_owned(), |text, level| {
            let there = paths::at_level(r"[ROOT]\Program Files\ClaudeCode", *level);
            text.replace(&there, &paths::at_level(r"[ROOT]\etc\claude-code", *level))
        });
        // Stand-ins have an ending there.
        let text = paths::turn(&text, &starts);
        let mut parts = text.split("[BIN]/");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            out.push_str("[BIN]/");
            match part.split_once(".exe") {
                Some((name, rest)) if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                    out.extend([name, rest]);
                }
                _ => out.push_str(part),
            }
        }
        out
    }

    /// Puts a script on PATH.
    #[cfg(unix)]
    pub(crate) fn script(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.bin.join(name);
        write(&path, text.as_bytes());
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, mode).expect("a mode");
    }

    /// A pipe in the home, where a script and the test wait for one another: opening it takes both.
    #[cfg(unix)]
    pub(crate) fn gate(&self) -> PathBuf {
        let gate = self.home.join("gate");
        let made = Command::new("mkfifo").arg(&gate).status().expect("mkfifo");
        assert!(made.success());
        gate
    }

    /// Puts a stand-in for `name` on PATH.
    pub(crate) fn install(&self, name: &str) {
        let me = std::env::current_exe().expect("this test program");
        let link = self
            .bin
            .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        #[cfg(unix)]
        std::os::unix::fs::symlink(me, link).expect("a link to this test program");
        // A second name costs nothing, where both are on one drive.
        #[cfg(not(unix))]
        std::fs::hard_link(&me, &link)
            .or_else(|_| std::fs::copy(&me, &link).map(drop))
            .expect("a copy of this test program");
    }
}

impl Drop for Sandbox {
    /// Whatever a test looked at, it ends with a look for secrets.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let leaks = self.leaks();
            assert!(leaks.is_empty(), "{}", leaks.join("\n"));
        }
    }
}

/// Runs a prepared command to its end.
fn run(mut command: Command, stdin: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // A program that does not read its input closes the pipe: that is its right.
    let _ = child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(stdin.as_bytes());
    child.wait_with_output().expect("the binary ends").into()
}

#[cfg(unix)]
const NOBODY: u32 = 65_534;

#[cfg(unix)]
fn copy_into(from: &Path, folder: &Path, name: &str) -> PathBuf {
    let to = folder.join(name);
    // By another process: a test that starts a program at this moment would inherit the copy still open for writing, and
    // the system runs no file that is.
    let status = Command::new("cp").arg(from).arg(&to).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "a program can be copied"
    );
    to
}

#[cfg(unix)]
fn give_away(path: &Path) {
    std::os::unix::fs::lchown(path, Some(NOBODY), Some(NOBODY)).expect("root gives files away");
    if path.is_dir() && !path.is_symlink() {
        for path in super::entries(path) {
            give_away(&path);
        }
    }
}

/// Copies a tree into another that may exist; links stay links.
pub(crate) fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder to copy into");
    for path in super::entries(from) {
        let target = to.join(super::name(&path));
        if path.is_dir() && !path.is_symlink() {
            copy_tree(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a fixture can be copied");
        }
    }
}

/// Writes a file and the folders it needs.
pub(crate) fn write(path: &Path, bytes: &[u8]) {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).expect("a folder to write into");
    }
    std::fs::write(path, bytes).expect("a file can be written");
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len()).position(|part| part == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}
