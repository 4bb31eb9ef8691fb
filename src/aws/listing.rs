//! Inference profile listings: asked for, read, kept.
