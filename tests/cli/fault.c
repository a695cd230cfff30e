// Preloaded into a server: lets one kind of file operation fail, from its FAULT_AT-th use on a path below FAULT_FOLDER.
//
// FAULT_OP      write, sync, rename, open (for writing), truncate, remove or read
// FAULT_CLOCK   apart from these: the seconds since 1970 that the clock of the day stands at
// FAULT_AT      which use fails, counted from 1
// FAULT_ERRNO   the error, as a number; 0 means that a write is short: half of the bytes are written
// FAULT_STICKY  1 when all later uses fail too
// FAULT_LOG     a file outside of the folder that gets one line when a use fails
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static atomic_long uses;

static const char *setting(const char *name) {
    const char *value = getenv(name);
    return value ? value : "";
}

static int is_below_folder(const char *path) {
    const char *folder = setting("FAULT_FOLDER");
    return *folder && strncmp(path, folder, strlen(folder)) == 0;
}

// Whether this use fails. It is counted only if it is of the kind and place that are asked for.
static int fails(const char *operation, const char *path) {
    if (strcmp(setting("FAULT_OP"), operation) != 0 || !is_below_folder(path)) {
        return 0;
    }
    long use = atomic_fetch_add(&uses, 1) + 1;
    long at = atol(setting("FAULT_AT"));
    if (use != at && !(use > at && *setting("FAULT_STICKY") == '1')) {
        return 0;
    }
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%s %ld %s\n", operation, use, path);
    int log = open(setting("FAULT_LOG"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (log >= 0) {
        dprintf(log, "%.*s", length, line);
        close(log);
    }
    errno = atoi(setting("FAULT_ERRNO"));
    return 1;
}

static int fails_at(const char *operation, int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) {
        return 0;
    }
    path[length] = 0;
    return fails(operation, path);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// How many of the bytes are to be written; -1 when the write fails.
static ssize_t allowed(int file, size_t bytes) {
    int before = errno;
    if (!fails_at("write", file)) {
        errno = before;
        return bytes;
    }
    return errno ? -1 : (ssize_t)(bytes + 1) / 2;
}

ssize_t write(int file, const void *bytes, size_t count) {
    ssize_t some = allowed(file, count);
    return some < 0 ? -1 : NEXT(write)(file, bytes, some);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    ssize_t some = allowed(file, count);
    return some < 0 ? -1 : NEXT(writev)(file, parts, some);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    ssize_t some = allowed(file, count);
    return some < 0 ? -1 : NEXT(pwrite)(file, bytes, some, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    ssize_t some = allowed(file, count);
    return some < 0 ? -1 : NEXT(pwrite64)(file, bytes, some, offset);
}

int fsync(int file) {
    return fails_at("sync", file) ? -1 : NEXT(fsync)(file);
}

int fdatasync(int file) {
    return fails_at("sync", file) ? -1 : NEXT(fdatasync)(file);
}

ssize_t pread64(int file, void *bytes, size_t count, off64_t offset) {
    return fails_at("read", file) ? -1 : NEXT(pread64)(file, bytes, count, offset);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int done = NEXT(clock_gettime)(clock, time);
    if (done == 0 && clock == CLOCK_REALTIME && *setting("FAULT_CLOCK")) {
        time->tv_sec = atol(setting("FAULT_CLOCK"));
    }
    return done;
}

int ftruncate(int file, off_t length) {
    return fails_at("truncate", file) ? -1 : NEXT(ftruncate)(file, length);
}

int ftruncate64(int file, off64_t length) {
    return fails_at("truncate", file) ? -1 : NEXT(ftruncate64)(file, length);
}

int rename(const char *from, const char *to) {
    return fails("rename", to) ? -1 : NEXT(rename)(from, to);
}

int unlink(const char *path) {
    return fails("remove", path) ? -1 : NEXT(unlink)(path);
}

#define OPEN(name)                                                      \
    int name(const char *path, int flags, ...) {                        \
        va_list rest;                                                   \
        va_start(rest, flags);                                          \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;       \
        va_end(rest);                                                   \
        int writes = (flags & O_ACCMODE) != O_RDONLY;                   \
        if (writes && fails("open", path)) {                            \
            return -1;                                                  \
        }                                                               \
        return NEXT(name)(path, flags, mode);                           \
    }

OPEN(open)
OPEN(open64)
