//! Stage: blocks that belong to the page and not to its article.
