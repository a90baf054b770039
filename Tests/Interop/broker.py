"""A real broker, mosquitto, and devices that speak to it by paho-mqtt."""

import json
import queue
import shutil
import socket
import subprocess
import time

import paho.mqtt.client as paho

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Broker:
    """A mosquitto of its own, which keeps its sessions in a file through every end."""

    def __init__(self, directory, *lines, port=None):
        """`lines` are of its configuration; without any everybody may do everything."""
        self.port = port or free_port()
        directory.mkdir(exist_ok=True)
        self._configuration = directory / "mosquitto.conf"
        self._configuration.write_text(
            "\n".join([
                "persistence true",
                f"persistence_location {directory}/",
                "autosave_interval 1",
                "autosave_on_changes true",
                "user root",
                f"listener {self.port} 127.0.0.1",
                *(lines or ["allow_anonymous true"]),
                "",
            ])
        )
        self.process = None

    @property
    def url(self):
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self):
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", self._configuration],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                assert time.monotonic() < end and self.process.poll() is None, "no mosquitto"
                time.sleep(0.02)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def kill(self):
        self.process.kill()
        self.process.wait(20)


class Device:
    """A thing that publishes documents and reads the answers."""

    def __init__(self, broker, thing, prefix="$aws/things", tls=None, port=None, user=None):
        self.thing = thing
        self._topic = f"{prefix}/{thing}/defender/metrics"
        self._answers = queue.Queue()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=thing)
        if tls:
            self._client.tls_set(**tls)
        if user:
            self._client.username_pw_set(*user)
        self._client.on_message = lambda _client, _data, message: self._answers.put(message)
        subscribed = queue.Queue()
        self._client.on_subscribe = lambda *_: subscribed.put(None)
        self._client.connect("127.0.0.1", port or broker.port)
        self._client.loop_start()
        for document_format in ["json", "cbor"]:
            for answer in ["accepted", "rejected"]:
                self._client.subscribe(f"{self._topic}/{document_format}/{answer}", 1)
                subscribed.get(timeout=20)

    def publish(self, document, document_format="json", qos=1):
        """Publishes, and returns once the broker has acknowledged it."""
        if not isinstance(document, bytes):
            document = json.dumps(document).encode()
        message = self._client.publish(f"{self._topic}/{document_format}", document, qos)
        message.wait_for_publish(20)
        assert message.is_published()

    def answer(self, timeout=20):
        """The last level of an answer's topic, and its bytes."""
        message = self._answers.get(timeout=timeout)
        assert message.topic.startswith(self._topic)
        return message.topic.rpartition("/")[2], message.payload

    def has_no_answer(self):
        return self._answers.empty()

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()
