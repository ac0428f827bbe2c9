/* Every flush of a write-ahead log from the FAIL_AT-th on fails with EIO, and the first failure leaves the file FAILED behind. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int flushes;

static int fails(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 4 || memcmp(path + length - 4, "-wal", 4) != 0) return 0;
    const char *at = getenv("FAIL_AT");
    if (!at || atomic_fetch_add(&flushes, 1) + 1 < atoi(at)) return 0;
    const char *mark = getenv("FAILED");
    if (mark) close(open(mark, O_CREAT | O_WRONLY, 0600));
    errno = EIO;
    return 1;
}

int fdatasync(int file) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    return fails(file) ? -1 : real(file);
}

int fsync(int file) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    return fails(file) ? -1 : real(file);
}
