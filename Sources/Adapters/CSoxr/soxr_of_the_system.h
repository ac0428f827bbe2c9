// libsoxr: types alone. The library is opened when the first speech is encoded.
#include <soxr.h>
