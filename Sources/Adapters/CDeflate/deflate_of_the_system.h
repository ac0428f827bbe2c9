// libdeflate, for what is compressed in one go.
#include <libdeflate.h>
