//! Stage: the headline, and its repetitions inside the document.
