//! What `aws` printed on stderr to an error with a code.
