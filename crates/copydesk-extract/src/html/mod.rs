//! What is known of HTML pages: what they say about themselves.
//!
//! The tree comes from `copydesk-html`; here begins what an article is. Nothing in here reads bytes or writes
//! documents.

pub mod metadata;
