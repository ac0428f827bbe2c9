// glibc's own allocator options, which Swift's Glibc module leaves out.
#include <malloc.h>
