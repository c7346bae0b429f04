//! Which code a plugin is.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The SHA-256 of a file, as `sha256sum` prints it; of several files, that of their SHA-256s, one to
/// a line.
pub(crate) fn of(files: &[PathBuf]) -> io::Result<String> {
    match files {
        [file] => of_file(file),
        _ => {
            let sums = files.iter().map(|file| Ok(of_file(file)? + "\n")).collect::<io::Result<String>>()?;
            Ok(hex(Sha256::digest(sums).as_ref()))
        }
    }
}

fn of_file(file: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut file = File::open(file)?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        match io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok(hex(hash.finalize().as_ref())),
            length => hash.update(&buffer[..length]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
