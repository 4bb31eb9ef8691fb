//! Role credentials that the `aws` CLI keeps, and `aws login` sessions: their ends.
