//! The list of commands; each lives in a file of its own name.
