//! Config and credentials files to profiles, as botocore maps them.
