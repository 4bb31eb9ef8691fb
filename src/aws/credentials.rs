//! What a profile's credentials are worth, told from files alone.
