//! claude-bedrock sets Claude Code up on Amazon Bedrock by editing files, offline, without an AWS SDK.
//!
//! The layers, from the bottom (a module uses only what is below it):
//!
//! ```text
//! 6  main
//! 5  cli        output
//! 4  commands
//! 3  aws        claude
//! 2  file  exec  prompt
//! 1  ini  json_edit  diff  nearest  shell
//! 0  env  report, on error  time  hash
//! ```

pub mod aws;
pub mod claude;
pub mod cli;
pub mod commands;
pub mod diff;
pub mod env;
pub mod error;
pub mod exec;
pub mod file;
pub mod hash;
pub mod ini;
pub mod json_edit;
pub mod nearest;
pub mod output;
pub mod prompt;
pub mod report;
pub mod shell;
pub mod time;
