/* Stands between a program and the C library, and disturbs what it does to one folder.
 *
 * Preloaded, it counts the calls that the program makes on files below SHIM_BELOW, over all threads,
 * and at a call of a given number kills the program, or lets the call fail. It knows nothing of the
 * program. Raw system calls pass it unseen: a test counts with strace, too, and compares.
 *
 *   SHIM_BELOW=FOLDER  only calls on this folder and what is below it; absolute
 *   SHIM_CALLS=KINDS   which of them are counted, a letter each:
 *                      c open that creates or empties    o any other open     w write    s sync
 *                      r rename and link    u unlink    m make or remove a folder
 *                      t change of length    x close
 *   SHIM_COUNTER=FILE  8 bytes, in which the counter lives: it outlasts the program
 *   SHIM_LOG=FILE      a line for each call that is counted: number, kind, path
 *   SHIM_KILL=N        SIGKILL before the N-th call; with SHIM_TORN, after half of it if it is a write
 *   SHIM_FAIL=N        the N-th call fails with SHIM_ERRNO; with SHIM_LATER, and all after it
 *   SHIM_SHORT=1       a write takes half of what it is given
 *   SHIM_SLEEP=SEED    every call on the folder, and every read, begins with a short sleep of
 *                      pseudo-random length, at most SHIM_LONGEST microseconds
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MOST_FILES 65536

enum fate { PASS, TEAR, FAIL };

static const char *below;
static const char *calls = "";
static uint64_t kill_at, fail_at, seed, longest;
static bool torn, later, halves;
static int error, log_file = -1;
static atomic_uint_fast64_t alone, naps;
static atomic_uint_fast64_t *counter = &alone;
static atomic_bool watched[MOST_FILES];

#define REAL(name)                                        \
    ({                                                    \
        static __typeof__(&name) real;                    \
        if (!real) real = dlsym(RTLD_NEXT, #name);        \
        real;                                             \
    })

static uint64_t number(const char *name)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void set_up(void)
{
    const char *file = getenv("SHIM_COUNTER");
    int shared = file ? REAL(open)(file, O_RDWR | O_CLOEXEC) : -1;
    if (shared >= 0) counter = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, shared, 0);
    if (counter == MAP_FAILED) abort();
    if ((file = getenv("SHIM_LOG"))) log_file = REAL(open)(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (getenv("SHIM_CALLS")) calls = getenv("SHIM_CALLS");
    kill_at = number("SHIM_KILL");
    fail_at = number("SHIM_FAIL");
    error = (int)number("SHIM_ERRNO");
    seed = number("SHIM_SLEEP");
    longest = number("SHIM_LONGEST");
    torn = getenv("SHIM_TORN");
    later = getenv("SHIM_LATER");
    halves = getenv("SHIM_SHORT");
    below = getenv("SHIM_BELOW");
}

/* splitmix64 */
static uint64_t scattered(uint64_t x)
{
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

static void nap(void)
{
    if (!longest) return;
    uint64_t n = atomic_fetch_add(&naps, 1);
    struct timespec length = { 0, (long)(scattered(seed ^ scattered(n)) % longest) * 1000 };
    nanosleep(&length, NULL);
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static int refuse(void)
{
    errno = error;
    return -1;
}

static bool is_below(int folder, const char *path)
{
    char whole[2 * PATH_MAX];
    if (!below || !path) return false;
    if (path[0] != '/' && folder != AT_FDCWD) return folder >= 0 && folder < MOST_FILES && watched[folder];
    if (path[0] != '/' && getcwd(whole, PATH_MAX)) {
        size_t end = strlen(whole);
        snprintf(whole + end, PATH_MAX, "/%s", path);
        path = whole;
    }
    size_t length = strlen(below);
    return !strncmp(path, below, length) && (path[length] == '/' || path[length] == 0);
}

static bool is_watched(int fd)
{
    return fd >= 0 && fd < MOST_FILES && watched[fd];
}

static int opened(int fd, bool is_it)
{
    if (fd >= 0 && fd < MOST_FILES) watched[fd] = is_it;
    return fd;
}

static void write_log(uint64_t n, char kind, int fd, const char *path)
{
    char link[64], target[PATH_MAX];
    if (log_file < 0) return;
    if (!path) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = 0;
        path = target;
    }
    dprintf(log_file, "%lu %c %s\n", (unsigned long)n, kind, path);
}

/* What happens to the call that is about to be made. Only a write can be torn. */
static enum fate meet(char kind, int fd, const char *path)
{
    int before = errno;
    nap();
    if (!strchr(calls, kind)) return PASS;
    uint64_t n = atomic_fetch_add(counter, 1) + 1;
    write_log(n, kind, fd, path);
    if (n == kill_at && !(torn && kind == 'w')) die();
    errno = before;
    if (n == kill_at) return TEAR;
    return fail_at && (n == fail_at || (later && n > fail_at)) ? FAIL : PASS;
}

static bool fails(char kind, int fd)
{
    return is_watched(fd) && meet(kind, fd, NULL) == FAIL;
}

static bool fails_at(char kind, int folder, const char *path)
{
    return is_below(folder, path) && meet(kind, -1, path) == FAIL;
}

static bool fails_between(char kind, int from, const char *old, int to, const char *new)
{
    return (is_below(from, old) || is_below(to, new)) && meet(kind, -1, new) == FAIL;
}

/* opening and closing */

static int open_file(int folder, const char *path, int flags, mode_t mode)
{
    bool is_it = is_below(folder, path);
    char kind = flags & (O_CREAT | O_TRUNC) || (flags & O_TMPFILE) == O_TMPFILE ? 'c' : 'o';
    if (is_it && meet(kind, -1, path) == FAIL) return refuse();
    return opened(REAL(openat)(folder, path, flags, mode), is_it);
}

#define MODE(last)                      \
    ({                                  \
        va_list list;                   \
        va_start(list, last);           \
        mode_t mode = va_arg(list, int); \
        va_end(list);                   \
        mode;                           \
    })

int open(const char *path, int flags, ...) { return open_file(AT_FDCWD, path, flags, MODE(flags)); }
int open64(const char *path, int flags, ...) { return open_file(AT_FDCWD, path, flags | O_LARGEFILE, MODE(flags)); }
int openat(int folder, const char *path, int flags, ...) { return open_file(folder, path, flags, MODE(flags)); }
int openat64(int folder, const char *path, int flags, ...) { return open_file(folder, path, flags | O_LARGEFILE, MODE(flags)); }
int creat(const char *path, mode_t mode) { return open_file(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int fd)
{
    bool fail = fails('x', fd);
    opened(fd, false);
    int result = REAL(close)(fd);
    return fail ? refuse() : result;
}

int dup(int fd) { return opened(REAL(dup)(fd), is_watched(fd)); }
int dup2(int fd, int to) { return opened(REAL(dup2)(fd, to), is_watched(fd)); }
int dup3(int fd, int to, int flags) { return opened(REAL(dup3)(fd, to, flags), is_watched(fd)); }

static int control(int fd, int command, void *argument)
{
    int result = REAL(fcntl)(fd, command, argument);
    bool duplicates = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
    return duplicates ? opened(result, is_watched(fd)) : result;
}

#define ARGUMENT(last)                      \
    ({                                      \
        va_list list;                       \
        va_start(list, last);               \
        void *argument = va_arg(list, void *); \
        va_end(list);                       \
        argument;                           \
    })

int fcntl(int fd, int command, ...) { return control(fd, command, ARGUMENT(command)); }
int fcntl64(int fd, int command, ...) { return control(fd, command, ARGUMENT(command)); }

/* reading: sleeps only */

ssize_t read(int fd, void *bytes, size_t count) { return nap(), REAL(read)(fd, bytes, count); }
ssize_t readv(int fd, const struct iovec *parts, int count) { return nap(), REAL(readv)(fd, parts, count); }
ssize_t pread(int fd, void *bytes, size_t count, off_t at) { return nap(), REAL(pread)(fd, bytes, count, at); }
ssize_t pread64(int fd, void *bytes, size_t count, off64_t at) { return nap(), REAL(pread64)(fd, bytes, count, at); }

/* writing */

static size_t shortened(size_t count) { return halves && count > 1 ? count / 2 : count; }

#define WRITE(fd, whole, half)                        \
    do {                                              \
        if (!is_watched(fd)) return whole;            \
        enum fate fate = meet('w', fd, NULL);         \
        if (fate == TEAR) { (void)!(half); die(); }   \
        return fate == FAIL ? refuse() : (whole);     \
    } while (0)

ssize_t write(int fd, const void *bytes, size_t count)
{
    if (is_watched(fd)) count = shortened(count);
    WRITE(fd, REAL(write)(fd, bytes, count), REAL(write)(fd, bytes, count / 2));
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    WRITE(fd, REAL(writev)(fd, parts, count), REAL(write)(fd, parts->iov_base, parts->iov_len / 2));
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at)
{
    if (is_watched(fd)) count = shortened(count);
    WRITE(fd, REAL(pwrite)(fd, bytes, count, at), REAL(pwrite)(fd, bytes, count / 2, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) { return pwrite(fd, bytes, count, at); }

ssize_t sendfile(int to, int from, off_t *at, size_t count)
{
    WRITE(to, REAL(sendfile)(to, from, at, count), REAL(sendfile)(to, from, at, count / 2));
}

ssize_t sendfile64(int to, int from, off64_t *at, size_t count) { return sendfile(to, from, at, count); }

ssize_t copy_file_range(int from, off64_t *start, int to, off64_t *at, size_t count, unsigned flags)
{
    WRITE(to, REAL(copy_file_range)(from, start, to, at, count, flags),
          REAL(copy_file_range)(from, start, to, at, count / 2, flags));
}

/* everything else that changes what is on disk */

#define ON_FILE(kind, name, parameters, fd, arguments) \
    int name parameters { return fails(kind, fd) ? refuse() : REAL(name) arguments; }
#define ON_PATH(kind, name, parameters, folder, path, arguments) \
    int name parameters { return fails_at(kind, folder, path) ? refuse() : REAL(name) arguments; }
#define ON_TWO(kind, name, parameters, from, old, to, new, arguments) \
    int name parameters { return fails_between(kind, from, old, to, new) ? refuse() : REAL(name) arguments; }

ON_FILE('s', fsync, (int fd), fd, (fd))
ON_FILE('s', fdatasync, (int fd), fd, (fd))
ON_FILE('s', syncfs, (int fd), fd, (fd))
ON_FILE('s', sync_file_range, (int fd, off64_t at, off64_t count, unsigned flags), fd, (fd, at, count, flags))
ON_FILE('t', ftruncate, (int fd, off_t length), fd, (fd, length))
ON_FILE('t', ftruncate64, (int fd, off64_t length), fd, (fd, length))
ON_FILE('t', fallocate, (int fd, int mode, off_t at, off_t length), fd, (fd, mode, at, length))
ON_FILE('t', fallocate64, (int fd, int mode, off64_t at, off64_t length), fd, (fd, mode, at, length))

ON_PATH('t', truncate, (const char *path, off_t length), AT_FDCWD, path, (path, length))
ON_PATH('t', truncate64, (const char *path, off64_t length), AT_FDCWD, path, (path, length))
ON_PATH('u', unlink, (const char *path), AT_FDCWD, path, (path))
ON_PATH('u', unlinkat, (int folder, const char *path, int flags), folder, path, (folder, path, flags))
ON_PATH('m', mkdir, (const char *path, mode_t mode), AT_FDCWD, path, (path, mode))
ON_PATH('m', mkdirat, (int folder, const char *path, mode_t mode), folder, path, (folder, path, mode))
ON_PATH('m', rmdir, (const char *path), AT_FDCWD, path, (path))

ON_TWO('r', rename, (const char *old, const char *new), AT_FDCWD, old, AT_FDCWD, new, (old, new))
ON_TWO('r', renameat, (int from, const char *old, int to, const char *new), from, old, to, new, (from, old, to, new))
ON_TWO('r', renameat2, (int from, const char *old, int to, const char *new, unsigned flags), from, old, to, new,
       (from, old, to, new, flags))
ON_TWO('r', link, (const char *old, const char *new), AT_FDCWD, old, AT_FDCWD, new, (old, new))
ON_TWO('r', linkat, (int from, const char *old, int to, const char *new, int flags), from, old, to, new,
       (from, old, to, new, flags))
ON_PATH('r', symlink, (const char *target, const char *path), AT_FDCWD, path, (target, path))
ON_PATH('r', symlinkat, (const char *target, int folder, const char *path), folder, path, (target, folder, path))
