// What the C library has for starting a process without a leak, and its headers show to GNU programs alone.
#include <spawn.h>
int pipe2(int ends[2], int flags);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
int memfd_create(const char *name, unsigned int flags);
#define MFD_CLOEXEC 1U
