//! What a worker gives up before it touches a plugin.
//!
//! Faults are kept in by the process; this keeps in accidents and lazy mischief on top: no network, no
//! file written, no other program, a limit to memory and files; less for a program, which shells may
//! have to start. It is not a sandbox: a plugin reads
//! whatever its user may read, and the kernel's own mistakes are open to it.

use std::os::fd::RawFd;

use rustix::process::{Resource, Rlimit, setrlimit};

/// What will run in the worker.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A library, which starts no programs.
    Library,
    /// A program, which has to be started, and may start others.
    Program,
}

/// Gives up what the system lets us give up; what it does not, stays. `memory` is in MiB; of the
/// descriptors that were inherited `kept` stay open.
pub(crate) fn give_up_rights(memory: u64, kind: Kind, kept: &[RawFd]) {
    close_inherited(kept);
    // what the worker itself has asked for by now does not count; a program begins with nothing
    let own = if kind == Kind::Library { own_memory() } else { 0 };
    let limits = [
        (Resource::As, own + (memory << 20)),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, if kind == Kind::Library { 64 } else { 256 }),
    ];
    for (resource, most) in limits {
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
    #[cfg(target_os = "linux")]
    filter::install(kind);
}

/// The addresses in use, in bytes, where the system tells.
fn own_memory() -> u64 {
    let told = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: Option<u64> = told.split(' ').next().and_then(|pages| pages.parse().ok());
    pages.unwrap_or_default() * rustix::param::page_size() as u64
}

#[cfg(target_os = "linux")]
fn close_inherited(kept: &[RawFd]) {
    let mut first = 3;
    let mut kept: Vec<_> = kept.iter().map(|descriptor| *descriptor as u32).filter(|n| *n >= first).collect();
    kept.sort_unstable();
    for last in kept.iter().map(|kept| kept - 1).chain([u32::MAX]) {
        if first <= last {
            // SAFETY: this is the first thing a worker does: nothing in it owns a descriptor above the
            // standard ones yet but what is kept
            #[allow(unsafe_code)]
            unsafe {
                libc::close_range(first, last, 0);
            }
        }
        first = last.saturating_add(2);
    }
}

#[cfg(not(target_os = "linux"))]
fn close_inherited(_: &[RawFd]) {}

#[cfg(target_os = "linux")]
mod filter {
    //! A list of system calls that fail. The kernel runs it before each call.

    use libc::*;

    use super::Kind;

    #[cfg(target_arch = "x86_64")]
    const ARCHITECTURE: u32 = 0xc000_003e;
    #[cfg(target_arch = "aarch64")]
    const ARCHITECTURE: u32 = 0xc000_00b7;
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    const ARCHITECTURE: u32 = 0;

    /// Network, other processes, names and rights of files, doors round this filter.
    const DENIED: &[c_long] = &[
        SYS_socket,
        SYS_kill,
        SYS_tkill,
        SYS_pidfd_open,
        SYS_pidfd_send_signal,
        SYS_ptrace,
        SYS_process_vm_readv,
        SYS_process_vm_writev,
        SYS_unlinkat,
        SYS_renameat2,
        SYS_mkdirat,
        SYS_linkat,
        SYS_symlinkat,
        SYS_mknodat,
        SYS_fchmod,
        SYS_fchmodat,
        SYS_fchown,
        SYS_fchownat,
        SYS_truncate,
        SYS_setxattr,
        SYS_utimensat,
        SYS_mount,
        SYS_umount2,
        SYS_unshare,
        SYS_setns,
        SYS_bpf,
        SYS_perf_event_open,
        SYS_io_uring_setup,
        SYS_userfaultfd,
        SYS_add_key,
        SYS_keyctl,
        SYS_open_by_handle_at,
        SYS_personality,
    ];

    /// The older names of the same.
    #[cfg(target_arch = "x86_64")]
    const DENIED_OLD: &[c_long] = &[
        SYS_unlink,
        SYS_rename,
        SYS_renameat,
        SYS_mkdir,
        SYS_rmdir,
        SYS_link,
        SYS_symlink,
        SYS_mknod,
        SYS_chmod,
        SYS_chown,
        SYS_lchown,
        SYS_creat,
        SYS_utime,
        SYS_utimes,
    ];
    #[cfg(not(target_arch = "x86_64"))]
    const DENIED_OLD: &[c_long] = &[];

    /// Other programs and copies of this one.
    #[cfg(target_arch = "x86_64")]
    const COPIES: &[c_long] = &[SYS_execve, SYS_execveat, SYS_fork, SYS_vfork];
    #[cfg(not(target_arch = "x86_64"))]
    const COPIES: &[c_long] = &[SYS_execve, SYS_execveat];

    const WRITING: c_int = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

    const LOAD: u16 = (BPF_LD | BPF_W | BPF_ABS) as u16;
    const RETURN: u16 = (BPF_RET | BPF_K) as u16;
    const EQUAL: u16 = (BPF_JMP | BPF_JEQ | BPF_K) as u16;
    const AT_LEAST: u16 = (BPF_JMP | BPF_JGE | BPF_K) as u16;
    const ANY_BIT: u16 = (BPF_JMP | BPF_JSET | BPF_K) as u16;

    // places in `seccomp_data`; of an argument the low half, on little-endian machines
    const NUMBER: u32 = 0;
    const MACHINE: u32 = 4;
    const fn argument(n: u32) -> u32 {
        16 + 8 * n
    }

    fn step(code: u16, k: u32) -> sock_filter {
        sock_filter { code, jt: 0, jf: 0, k }
    }

    /// Goes on behind the next `skip` steps unless the test holds.
    fn unless(code: u16, k: u32, skip: u8) -> sock_filter {
        sock_filter { code, jt: 0, jf: skip, k }
    }

    fn fail(errno: c_int) -> sock_filter {
        step(RETURN, SECCOMP_RET_ERRNO | errno as u32)
    }

    fn deny(program: &mut Vec<sock_filter>, call: c_long, errno: c_int) {
        program.extend([unless(EQUAL, call as u32, 1), fail(errno)]);
    }

    /// Opening to write fails; so does the newer call, whose flags a filter cannot see.
    fn deny_writing(program: &mut Vec<sock_filter>) {
        #[cfg(target_arch = "x86_64")]
        let opens = [(SYS_open, 1), (SYS_openat, 2)];
        #[cfg(not(target_arch = "x86_64"))]
        let opens = [(SYS_openat, 2)];
        for (call, flags) in opens {
            program.extend([
                unless(EQUAL, call as u32, 4),
                step(LOAD, argument(flags)),
                unless(ANY_BIT, WRITING as u32, 1),
                fail(EROFS),
                step(RETURN, SECCOMP_RET_ALLOW),
            ]);
        }
        deny(program, SYS_openat2, ENOSYS);
    }

    /// Threads are allowed, copies of the process are not; the C library falls back from the newer
    /// call, whose flags a filter cannot see.
    fn deny_copies(program: &mut Vec<sock_filter>) {
        COPIES.iter().for_each(|call| deny(program, *call, EPERM));
        deny(program, SYS_clone3, ENOSYS);
        program.extend([
            unless(EQUAL, SYS_clone as u32, 4),
            step(LOAD, argument(0)),
            unless(ANY_BIT, CLONE_THREAD as u32, 1),
            step(RETURN, SECCOMP_RET_ALLOW),
            fail(EPERM),
        ]);
    }

    fn program(kind: Kind) -> Vec<sock_filter> {
        let is_ours = sock_filter { code: EQUAL, jt: 1, jf: 0, k: ARCHITECTURE };
        let mut program = vec![step(LOAD, MACHINE), is_ours, fail(EPERM), step(LOAD, NUMBER)];
        // numbers of a second list for 32-bit pointers
        program.extend([unless(AT_LEAST, 0x4000_0000, 1), fail(EPERM)]);
        DENIED.iter().chain(DENIED_OLD).for_each(|call| deny(&mut program, *call, EPERM));
        // shells open /dev/null to write, which a filter cannot tell from a file; what a program opens
        // stays empty, by the limit to the size of files
        if kind == Kind::Library {
            deny_copies(&mut program);
            deny_writing(&mut program);
        }
        program.push(step(RETURN, SECCOMP_RET_ALLOW));
        program
    }

    /// Where the kernel has no filters, there is none.
    pub(super) fn install(kind: Kind) {
        if ARCHITECTURE == 0 || rustix::thread::set_no_new_privs(true).is_err() {
            return;
        }
        let mut program = program(kind);
        let filter = sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
        // SAFETY: the filter is as long as it says, and copied by the kernel
        #[allow(unsafe_code)]
        unsafe {
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &raw const filter);
        }
    }
}
