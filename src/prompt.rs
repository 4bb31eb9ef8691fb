//! Questions on a terminal.
