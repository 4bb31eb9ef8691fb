//! Amazon's side: the files, the caches, the CLI. Knows nothing of Claude Code's settings.

pub mod cache_json;
pub mod claude_view;
pub mod cli;
pub mod cli_keys;
pub mod config_edit;
pub mod credentials;
#[cfg(test)]
mod facts;
pub mod failure;
pub mod identity;
pub mod listing;
pub mod profiles;
pub mod regions;
pub mod role_cache;
mod sha256;
pub mod sso;
