//! Stage: how kept text, metadata and the trail of removals are written.
