//! Finds plugins and turns them into extractors.
