#ifndef DETECT_CORE_H
#define DETECT_CORE_H
#endif
