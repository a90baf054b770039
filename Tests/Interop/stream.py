"""A call whose both sides a test moves step by step."""

import queue


class Stream:
    def __init__(self, method, **options):
        self._requests = queue.SimpleQueue()
        self.call = method(iter(self._requests.get, None), **options)

    def send(self, request):
        self._requests.put(request)

    def receive(self):
        return next(self.call)

    def finish(self):
        """Sends no more; returns what still comes."""
        self._requests.put(None)
        return list(self.call)
