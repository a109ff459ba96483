// For every processor.
#define VARIANT "default"
#define VARIANT_TABLE ck_variant_default
#include "bodies.h"
