// What the C library has for starting a process without a leak, and its headers show to GNU programs alone or to no Swift program.
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int pipe2(int ends[2], int flags);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
int memfd_create(const char *name, unsigned int flags);
long syscall(long number, ...);
#define MFD_CLOEXEC 1U

// A descriptor that becomes readable when the process has ended.
static inline int open_process(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

// Processes that lose their parent below this one become its children.
static inline int adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }
