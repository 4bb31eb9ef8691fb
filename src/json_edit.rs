//! Settings text and edits to settings text, changing no byte outside the members edited.
