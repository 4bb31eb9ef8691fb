//! Which settings files count, what they hold, and where each value comes from.
