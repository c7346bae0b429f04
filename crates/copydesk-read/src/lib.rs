//! Bytes of a dump become documents.
