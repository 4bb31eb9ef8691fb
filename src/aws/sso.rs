//! SSO token files: where they are, when they end, whether they renew themselves.
