//! Wishes and present settings to the edits that make them so.
