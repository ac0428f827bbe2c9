// VisualOn AAC encoder: types alone. The library is opened when the first AAC is written.
#include <vo-aacenc/voAAC.h>
#include <vo-aacenc/voMem.h>
