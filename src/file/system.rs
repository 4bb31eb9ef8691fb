//! The calls that std has not, or that differ between systems. Nothing here decides.

use std::fs::File;
use std::io;
use std::path::Path;

/// Removes a file or a symbolic link.
#[expect(clippy::disallowed_methods, reason = "this module is the writer")]
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    std::fs::remove_file(path)
}

/// Moves `from` over `to`.
#[cfg(not(windows))]
#[expect(clippy::disallowed_methods, reason = "this module is the writer")]
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)
}

/// Moves `from` over `to`. A scanner or indexer may hold `to` open for a moment, so refusals are tried again for half a second.
#[cfg(windows)]
#[expect(clippy::disallowed_methods, reason = "this module is the writer")]
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    const ACCESS_DENIED: i32 = 5;
    const SHARING_VIOLATION: i32 = 32;
    let mut tries = 50;
    loop {
        match std::fs::rename(from, to) {
            Err(error)
                if tries > 0
                    && matches!(
                        error.raw_os_error(),
                        Some(ACCESS_DENIED | SHARING_VIOLATION)
                    ) =>
            {
                tries -= 1;
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            done => return done,
        }
    }
}

/// Gives what was made to the owner of `like`, where that is somebody else. Only root may; everyone else keeps it.
#[cfg(unix)]
pub(super) fn give(made: &File, like: Option<&std::fs::Metadata>) {
    use std::os::unix::fs::{MetadataExt, fchown};
    if let (Some(like), Ok(own)) = (like, made.metadata())
        && own.uid() != like.uid()
    {
        drop(fchown(made, Some(like.uid()), Some(like.gid())));
    }
}

/// The number of the user that this program runs as.
#[cfg(unix)]
pub(super) fn user() -> u32 {
    #[expect(unsafe_code, reason = "std does not tell the user")]
    // SAFETY: takes nothing, and always succeeds.
    unsafe {
        libc::geteuid()
    }
}

/// Lets the names in `folder` outlive a power cut, where the system can.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    use io::ErrorKind;
    // A folder that may be searched but not listed cannot be opened, and some network file systems sync no folders.
    match File::open(folder).and_then(|open| open.sync_all()) {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::PermissionDenied | ErrorKind::InvalidInput | ErrorKind::Unsupported
            ) || error.raw_os_error() == Some(libc::EBADF) =>
        {
            Ok(())
        }
        done => done,
    }
}

/// Windows keeps folders in order by itself.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it may fail on Unix")]
pub(super) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Swaps two files in one step.
#[cfg(target_os = "linux")]
pub(super) fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    let a = CString::new(a.as_os_str().as_bytes())?;
    let b = CString::new(b.as_os_str().as_bytes())?;
    #[expect(unsafe_code, reason = "std has no call that swaps two files")]
    // SAFETY: both pointers are to C strings that live until the call returns, and the kernel only reads them.
    let status = unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            libc::AT_FDCWD,
            a.as_ptr(),
            libc::AT_FDCWD,
            b.as_ptr(),
            libc::RENAME_EXCHANGE,
        )
    };
    if status == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Makes a file beyond `ulimit -f` an error to report; by default its signal kills the program.
#[cfg(unix)]
pub(super) fn survive_file_size_limit() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        #[expect(unsafe_code, reason = "std has no call that ignores a signal")]
        // SAFETY: SIG_IGN installs no handler, so no code of ours can run in a signal's context.
        unsafe {
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        }
    });
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub(super) fn survive_file_size_limit() {}

/// Opens a file that must not be a symbolic link.
pub(super) fn open_no_follow(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW);
    options.open(path)
}
