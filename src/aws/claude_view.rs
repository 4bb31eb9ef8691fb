//! The same two files as Claude Code (the AWS SDK for JavaScript) reads them.
