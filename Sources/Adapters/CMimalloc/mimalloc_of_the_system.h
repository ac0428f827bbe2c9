// mimalloc, linked in, takes the place of the C library's allocator for the whole process.
#include <mimalloc.h>
