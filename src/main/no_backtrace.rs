//! Leaves out std's printer of backtraces, a sixth of the release binary.
//!
//! std's panic message walks the stack through `_Unwind_Backtrace` and names each frame with a reader of debug information
//! of its own. A stripped binary has no debug information, so all that this could print is addresses. With a walk that
//! ends at once, which the link-time optimiser sees through, the reader is dead code.
//!
//! The rest of the unwinder is named by std's handler of exceptions alone, which nobody calls either. With these names
//! defined here the program needs no `libgcc_s.so.1`: the system has one library less to find and to map at each start.

/// What std calls to walk the stack; the answer is `_URC_END_OF_STACK` of the Itanium C++ ABI, without a single frame.
#[expect(unsafe_code, reason = "the name must be the one that std calls")]
// SAFETY: nobody else in a program that aborts on panic walks the stack; arguments are neither read nor kept.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Backtrace(_frame: *const (), _argument: *const ()) -> i32 {
    5
}

/// Functions that must have a name and are never called.
macro_rules! never_called {
    ($($name:ident)*) => {$(
        #[expect(unsafe_code, reason = "the name must be the one that std refers to")]
        // SAFETY: a program that aborts on panic never unwinds, and only unwinding leads here.
        #[unsafe(no_mangle)]
        extern "C" fn $name() -> ! {
            std::process::abort()
        }
    )*};
}

never_called! {
    _Unwind_GetDataRelBase
    _Unwind_GetIPInfo
    _Unwind_GetLanguageSpecificData
    _Unwind_GetRegionStart
    _Unwind_GetTextRelBase
    _Unwind_Resume
    _Unwind_SetGR
    _Unwind_SetIP
}
