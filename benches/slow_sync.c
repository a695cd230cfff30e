// Preloaded into a process: each fsync and fdatasync takes SLOW_SYNC_MICROS longer, as on a slower disk.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#define SLOW(name)                                                      \
    int name(int file) {                                                \
        const char *micros = getenv("SLOW_SYNC_MICROS");                \
        usleep(micros ? atoi(micros) : 0);                              \
        return ((__typeof__(&name))dlsym(RTLD_NEXT, #name))(file);      \
    }

SLOW(fsync)
SLOW(fdatasync)
