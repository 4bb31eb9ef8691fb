//! The one table of the settings keys that we own.
