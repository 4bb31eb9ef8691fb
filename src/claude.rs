//! Claude Code's side: its settings files, its models, its plugin. Knows nothing of AWS's files.

pub mod keys;
pub mod models;
pub mod plan;
pub mod plugin;
pub mod settings;
