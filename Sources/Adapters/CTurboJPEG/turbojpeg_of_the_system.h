// libjpeg-turbo by its TurboJPEG interface, which reports errors by what it returns.
#include <turbojpeg.h>
