//! The C interface of plugins, as repr(C) types.
