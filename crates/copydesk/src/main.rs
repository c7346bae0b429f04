//! Cleans dumps of scraped articles and says why.
fn main() {}
