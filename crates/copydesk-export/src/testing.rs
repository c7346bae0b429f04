//! An output in memory, for the tests of this crate.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use copydesk_core::{Output, OutputFile, OutputFiles, Scratch, ScratchFile, Seal};

/// The bytes of sealed files, by name.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Memory {
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        self.0.lock().unwrap()[name].clone()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().keys().cloned().collect()
    }
}

impl Scratch for Memory {
    fn scratch(&self) -> io::Result<Box<dyn ScratchFile>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl Output for Memory {
    fn create(&self, name: &str) -> io::Result<Box<dyn OutputFile>> {
        Ok(Box::new(File { memory: self.clone(), name: name.to_owned(), bytes: Vec::new() }))
    }

    fn create_folder(&self, _: &str) -> io::Result<Box<dyn OutputFiles>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn journal(&self) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn recover(&self, _: &[&str]) -> io::Result<()> {
        Ok(())
    }

    fn commit(&self, _: &[&str], _: &[String]) -> io::Result<()> {
        Ok(())
    }
}

struct File {
    memory: Memory,
    name: String,
    bytes: Vec<u8>,
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl OutputFile for File {
    fn seal(self: Box<Self>) -> io::Result<Seal> {
        let bytes = self.bytes.len() as u64;
        self.memory.0.lock().unwrap().insert(self.name, self.bytes);
        Ok(Seal { bytes, sha256: String::new() })
    }
}
