//! Each `aws` call as a typed function.
