"""Faults of disk and clock, caused by a library that is preloaded into the daemon."""

import mmap
import struct

NONE, WRITE_ERROR, SYNC_ERROR, READ_ERROR, SHORT_WRITE, DISK_FULL, STALL = range(7)


class Faults:
    """What the preloaded library does to a daemon, changed while it runs."""

    def __init__(self, library, path):
        path.write_bytes(bytes(16))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 16)
        self.environment = {"LD_PRELOAD": str(library), "DETECT_FAULTS": str(path)}

    def disk(self, kind):
        struct.pack_into("q", self._shared, 0, kind)

    def clock(self, milliseconds):
        struct.pack_into("q", self._shared, 8, milliseconds)
