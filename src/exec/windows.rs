//! The system calls that std and duct do not wrap.

use std::ffi::c_void;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle, RawHandle};
use std::os::windows::process::CommandExt;
use std::process::Command;
use std::sync::OnceLock;

/// `CREATE_NO_WINDOW`: a console of its own that nobody sees, so that it can ask nothing on ours.
const NO_WINDOW: u32 = 0x0800_0000;

/// `PROCESS_SET_QUOTA | PROCESS_TERMINATE`, the rights that a job asks for.
const RIGHTS: u32 = 0x0101;

/// `JobObjectExtendedLimitInformation`.
const EXTENDED_LIMITS: i32 = 9;

/// `JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE`.
const END_WHEN_CLOSED: u32 = 0x2000;

/// `CTRL_BREAK_EVENT`; Ctrl-C is 0, and what is above closes the console, which has its own deadline.
const BREAK: u32 = 1;

#[link(name = "kernel32")]
#[expect(
    unsafe_code,
    reason = "the declarations of the Windows API, as it documents them"
)]
unsafe extern "system" {
    fn AssignProcessToJobObject(job: RawHandle, process: RawHandle) -> i32;
    fn CreateJobObjectW(rights: *const c_void, name: *const u16) -> RawHandle;
    fn OpenProcess(rights: u32, inherit: i32, process: u32) -> RawHandle;
    fn SetConsoleCtrlHandler(handler: extern "system" fn(u32) -> i32, add: i32) -> i32;
    fn SetInformationJobObject(job: RawHandle, class: i32, from: *const Limits, size: u32) -> i32;
    fn TerminateJobObject(job: RawHandle, exit: u32) -> i32;
}

/// `JOBOBJECT_EXTENDED_LIMIT_INFORMATION`, of which only the flags are set.
#[repr(C)]
#[derive(Default)]
struct Limits {
    times: [i64; 2],
    flags: u32,
    working_set: [usize; 2],
    processes: u32,
    affinity: usize,
    classes: [u32; 2],
    transfers: [u64; 6],
    memory: [usize; 4],
}

/// Gives the program no window and a console of its own.
pub(super) fn detach(command: &mut Command) {
    command.creation_flags(NO_WINDOW);
}

/// A program with all that it starts: Windows has no process groups. What it had started before it was put in here, in
/// its first instant, stays outside.
pub(super) struct Job(Option<OwnedHandle>);

impl Job {
    /// Puts the programs into a job that ends with us. Where that fails, only the programs themselves can be ended.
    pub(super) fn of(programs: Vec<u32>) -> Self {
        #[expect(unsafe_code, reason = "std has no jobs")]
        // SAFETY: takes null for "no special rights" and "no name"; the handle is nobody else's.
        let job = unsafe { owned(CreateJobObjectW(std::ptr::null(), std::ptr::null())) };
        let Some(job) = job.filter(|job| set_flags(job, END_WHEN_CLOSED)) else {
            return Job(None);
        };
        for program in programs {
            #[expect(unsafe_code, reason = "std has no jobs")]
            // SAFETY: takes numbers and handles that live until the call returns.
            unsafe {
                if let Some(program) = owned(OpenProcess(RIGHTS, 0, program)) {
                    AssignProcessToJobObject(job.as_raw_handle(), program.as_raw_handle());
                }
            }
        }
        Job(Some(job))
    }

    /// Ends all that is in it.
    pub(super) fn end(&self) {
        if let Some(job) = &self.0 {
            #[expect(unsafe_code, reason = "std has no jobs")]
            // SAFETY: the handle is open.
            unsafe {
                TerminateJobObject(job.as_raw_handle(), 1);
            }
        }
    }

    /// Lets what is still in it go on.
    pub(super) fn release(&self) {
        if let Some(job) = &self.0 {
            set_flags(job, 0);
        }
    }
}

fn set_flags(job: &OwnedHandle, flags: u32) -> bool {
    let limits = Limits {
        flags,
        ..Limits::default()
    };
    let size = u32::try_from(size_of::<Limits>()).unwrap_or_default();
    #[expect(unsafe_code, reason = "std has no jobs")]
    // SAFETY: the handle is open, and the call reads `size` bytes of a value that has the layout it wants.
    unsafe {
        SetInformationJobObject(
            job.as_raw_handle(),
            EXTENDED_LIMITS,
            &raw const limits,
            size,
        ) != 0
    }
}

/// The handle that a call returned, if it did.
#[expect(unsafe_code, reason = "std makes no handles that are its own")]
// SAFETY: for the caller to see to: the handle is open, and nobody else's.
unsafe fn owned(handle: RawHandle) -> Option<OwnedHandle> {
    // SAFETY: as above.
    (!handle.is_null()).then(|| unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// Asks `note` what to do whenever Ctrl-C or Ctrl-Break comes: `false` ends us, as ever.
pub(super) fn on_interruption(note: fn() -> bool) {
    static NOTE: OnceLock<fn() -> bool> = OnceLock::new();
    extern "system" fn handler(event: u32) -> i32 {
        let noted = event <= BREAK && NOTE.get().is_some_and(|note| note());
        i32::from(noted)
    }
    if NOTE.set(note).is_ok() {
        #[expect(unsafe_code, reason = "std cannot listen for Ctrl-C")]
        // SAFETY: the handler lives as long as the program, and runs in a thread of its own.
        unsafe {
            SetConsoleCtrlHandler(handler, 1);
        }
    }
}
