//! Stage: the blocks of an article and their kinds.
