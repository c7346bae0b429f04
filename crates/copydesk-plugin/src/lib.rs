//! Write an extractor plugin for copydesk: one trait, one macro.
