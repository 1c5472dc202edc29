// libserialport, and what it lacks: asking the driver for low latency.
#ifndef STYLET_CSERIALPORT_H
#define STYLET_CSERIALPORT_H

#include <errno.h>
#include <libserialport.h>
#include <linux/serial.h>
#include <sys/ioctl.h>

// USB adapters hold bytes back for up to 16 ms unless told not to. 0, or an errno value where the driver has no such thing.
static inline int serial_low_latency(int handle) {
    struct serial_struct settings;
    if (ioctl(handle, TIOCGSERIAL, &settings) != 0) return errno;
    settings.flags |= ASYNC_LOW_LATENCY;
    return ioctl(handle, TIOCSSERIAL, &settings) == 0 ? 0 : errno;
}

// Other programs without privileges cannot open the port any more (EBUSY).
static inline int serial_exclusive(int handle) { return ioctl(handle, TIOCEXCL) == 0 ? 0 : errno; }

#endif
