//! The only starter of programs: found on `PATH`, with a deadline and without a controlling terminal.
