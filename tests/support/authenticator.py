"""An authenticator of passkeys in a few lines: what a browser would hand over, signed with a real key."""

import base64
import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Authenticator:
    """One passkey. `counts` goes up with each use, unless it is not `counting`; `verifies` says whether it looks at its owner's finger."""

    host: str = "localhost"
    origin: str = "http://localhost"
    counts: int = 0
    verifies: bool = True
    counting: bool = True  # many never count
    handle: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: os.urandom(32))

    def _data(self, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.counts.to_bytes(4, "big")

    def _said(self, kind: str, options: dict[str, Any]) -> bytes:
        about = {"type": f"webauthn.{kind}", "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(about | {"crossOrigin": False}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        name = text(self.credential)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def create(self, options: dict[str, Any]) -> str:
        """What `navigator.credentials.create` gives."""
        self.handle = options["user"]["id"]
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        named = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + cbor2.dumps(cose)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + named})
        client = self._said("create", options)
        return self._answer(
            {"clientDataJSON": text(client), "attestationObject": text(attested), "transports": ["internal"]}
        )

    def get(self, options: dict[str, Any]) -> str:
        """What `navigator.credentials.get` gives."""
        self.counts += self.counting
        client, data = self._said("get", options), self._data(0)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(data),
            "signature": text(signed),
        }
        return self._answer(response | {"userHandle": self.handle})


def offer(page: Any) -> tuple[dict[str, Any], str]:
    """The options and the ticket that a page carries."""
    options = re.search(r"data-passkey-options>([^<]*)<", page.text)
    ticket = re.search(r'name="challenge" value="([^"]*)"', page.text)
    assert options and ticket, page.text[-3000:]
    return json.loads(options[1]), ticket[1]


def filled(page: Any, answer: str) -> dict[str, str]:
    """The hidden fields as the page's script fills them."""
    return {"passkey": answer, "challenge": offer(page)[1]}
