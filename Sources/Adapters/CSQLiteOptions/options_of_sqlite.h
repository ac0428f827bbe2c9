// What SQLite takes by a function of many kinds of arguments, which Swift cannot call.
#include <sqlite3.h>

/// Leaves out the count of what SQLite has allocated, for which it takes a lock at each allocation. To be called before SQLite is used.
static inline int sqlite_count_no_memory(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
