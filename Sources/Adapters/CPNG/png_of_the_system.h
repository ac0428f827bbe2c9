// libpng. Of it only the simplified interface `png_image_*` is called: the rest reports errors by `longjmp`, which Swift does not survive.
#include <png.h>
