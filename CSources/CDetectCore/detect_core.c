#include "detect_core.h"
