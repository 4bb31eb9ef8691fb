//! Model ids by grammar, and a model asked for to one exact id.
