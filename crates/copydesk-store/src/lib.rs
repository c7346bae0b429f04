//! Where bytes come from and go to: local paths, compression, atomic commit.
