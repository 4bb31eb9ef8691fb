//! Two texts to a unified diff.
