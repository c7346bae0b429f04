//! Extractor plugin: NITF and NewsML-G2, the XML of news agencies.
