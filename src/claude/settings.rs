//! Which settings files count, what they hold, and where each value comes from.

mod content;
#[cfg(test)]
pub(crate) mod samples;
mod stack;
mod whereabouts;

pub use content::{env_text, parse_settings};
pub use stack::{CurrentConfig, Layer, Source, Stack, State, Value};
pub use whereabouts::{Scope, config_dir, is_managed, managed_files, repository_of, settings_path};
