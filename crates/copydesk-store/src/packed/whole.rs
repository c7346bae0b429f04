//! A gzip member that is all there, decompressed at once.
//!
//! libdeflate takes two thirds of the time of a decoder that can stop and go on, and reading a crawl is
//! hardly anything else. Its safe wrapper does not say where a member ends, so it is called here.

use std::ptr::NonNull;

use libdeflate_sys::{
    libdeflate_alloc_decompressor, libdeflate_decompressor, libdeflate_free_decompressor,
    libdeflate_gzip_decompress_ex, libdeflate_result_LIBDEFLATE_SUCCESS as SUCCESS,
};

/// None if there was no memory for it: then nothing is decompressed at once.
pub(super) struct Whole(Option<NonNull<libdeflate_decompressor>>);

impl Whole {
    pub(super) fn new() -> Self {
        // SAFETY: takes nothing, and gives a decompressor that is ours, or null
        #[expect(unsafe_code, reason = "the only way to call the library")]
        let decompressor = unsafe { libdeflate_alloc_decompressor() };
        Whole(NonNull::new(decompressor))
    }

    /// Decompresses the member that `input` begins with: how long it is, and what it becomes. None if it
    /// is damaged, not all there, or becomes more than there is room for.
    pub(super) fn decompress(&mut self, input: &[u8], output: &mut [u8]) -> Option<(usize, usize)> {
        let decompressor = self.0?;
        let (mut read, mut written) = (0, 0);
        // SAFETY: the decompressor is alive and used by nobody else; the library reads and writes within
        // the two slices, whose lengths it is told, and keeps no pointer to them
        #[expect(unsafe_code, reason = "the only way to call the library")]
        let result = unsafe {
            libdeflate_gzip_decompress_ex(
                decompressor.as_ptr(),
                input.as_ptr().cast(),
                input.len(),
                output.as_mut_ptr().cast(),
                output.len(),
                &raw mut read,
                &raw mut written,
            )
        };
        (result == SUCCESS).then_some((read, written))
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if let Some(decompressor) = self.0 {
            // SAFETY: it came from the library, and nobody can use it any more
            #[expect(unsafe_code, reason = "the only way to call the library")]
            unsafe {
                libdeflate_free_decompressor(decompressor.as_ptr());
            }
        }
    }
}
