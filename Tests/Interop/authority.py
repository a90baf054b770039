"""Certificates and tokens for a trial, made with openssl as docs/security.md says."""

import base64
import json
import subprocess
import time


def openssl(*arguments, data=None):
    return subprocess.run(
        ["openssl", *map(str, arguments)], input=data, capture_output=True, check=True
    ).stdout


class Authority:
    """An authority whose files are in a directory: ca.pem, and NAME.pem and NAME.key of each name."""

    def __init__(self, directory):
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        openssl(
            *["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"],
            *["-keyout", self.path("ca.key"), "-out", self.path("ca.pem")],
            *["-days", "2", "-subj", "/CN=Trial"],
        )

    def path(self, name):
        return self.directory / name

    def issue(self, name, san, into=None):
        """Writes a certificate with this subject alternative name, over that of `into` if given."""
        file = into or name
        request = openssl(
            *["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"],
            *["-keyout", self.path(f"{file}.key"), "-subj", f"/CN={name}"],
            *["-addext", f"subjectAltName={san}"],
        )
        certificate = openssl(
            *["x509", "-req", "-CA", self.path("ca.pem"), "-CAkey", self.path("ca.key")],
            *["-days", "1", "-copy_extensions", "copy"],
            data=request,
        )
        self.path(f"{file}.pem").write_bytes(certificate)

    def read(self, name):
        return self.path(name).read_bytes()


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """Issues RS256 tokens; its key set is keys.json of the directory."""

    def __init__(self, directory, name="https://issuer.example.org"):
        self.name = name
        self.key = directory / "issuer.key"
        self.key_set = directory / "keys.json"
        self.rotate("2026-11")

    def rotate(self, key_id):
        """Replaces the key."""
        self.key_id = key_id
        openssl(
            *["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            *["-out", self.key],
        )
        modulus = openssl("rsa", "-in", self.key, "-noout", "-modulus").decode().strip()
        number = bytes.fromhex(modulus.removeprefix("Modulus="))
        key = {"kty": "RSA", "use": "sig", "kid": key_id, "n": text(number), "e": "AQAB"}
        self.key_set.write_text(json.dumps({"keys": [key]}))

    def token(self, subject, header=None, **claims):
        now = int(time.time())
        claims = {"iss": self.name, "aud": "detect", "sub": subject, "exp": now + 600} | claims
        header = {"alg": "RS256", "typ": "JWT", "kid": self.key_id} | (header or {})
        signed = ".".join(text(json.dumps(part).encode()) for part in (header, claims))
        signature = openssl("dgst", "-sha256", "-sign", self.key, data=signed.encode())
        return f"{signed}.{text(signature)}"
