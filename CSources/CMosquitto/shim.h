#ifndef DETECT_CMOSQUITTO_SHIM_H
#define DETECT_CMOSQUITTO_SHIM_H

#include <mosquitto.h>
#include <mqtt_protocol.h>

#endif
