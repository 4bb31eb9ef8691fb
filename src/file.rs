//! The only reader and writer of files: symlinks, modes, atomic replacement, locks, backups.
