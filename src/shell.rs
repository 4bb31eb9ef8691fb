//! Words to a shell line and back.
