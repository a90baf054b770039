"""How much is tried in every `make test`, for what can be tried for any length of time."""

import os

# Kills of the crash test, a second or two each. `make crash-test` tries more.
CRASH_ROUNDS = 10
# Streams of reports, things of each, and batches that each gets to send between two kills: about
# as much as the daemon takes in the time it is given.
CRASH_REPORTERS = 3
CRASH_THINGS = 8
CRASH_BATCHES = 60
# Lives of the daemon while devices report at a broker, with two kills or so in each.
MQTT_CRASH_ROUNDS = 4
# Bits of the database that are flipped, one at a time.
FLIPPED_BITS = 6
# Seconds for which the daemon is stopped; `make crash-test` takes a minute.
STOPPED_SECONDS = int(os.environ.get("DETECT_STOPPED_SECONDS", "2"))
