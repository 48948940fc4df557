"""A browser and a push service over `http-ece` and `py-vapid` (which `pywebpush` is made of), driven by tests/services/oracle.rs.

    push.py browser     prints the keys of a new subscription, and the private one
    push.py keys        prints a pair of VAPID keys as most programs do
    push.py read        reads a request (body, headers, private key, auth) from stdin, decrypts it, checks who signed it
"""

import base64
import json
import os
import sys


def coded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def pair():
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    number = private.private_numbers().private_value.to_bytes(32, "big")
    return {"p256dh": coded(public), "private": coded(number)}


def read(given):
    import http_ece
    import py_vapid
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.derive_private_key(int.from_bytes(decoded(given["private"]), "big"), ec.SECP256R1())
    text = http_ece.decrypt(bytes.fromhex(given["body"]), private_key=private, auth_secret=decoded(given["auth"]), version="aes128gcm")
    authorization = given["authorization"]
    head, claims, _ = authorization.split("t=")[1].split(",")[0].split(".")
    return {
        "text": text.decode(),
        "signed": py_vapid.Vapid02.verify(authorization),
        "head": json.loads(decoded(head)),
        "claims": json.loads(decoded(claims)),
        "key": authorization.split("k=")[1],
    }


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["browser"]:
            said = {**pair(), "auth": coded(os.urandom(16))}
        case ["keys"]:
            import py_vapid
            from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

            vapid = py_vapid.Vapid02()
            vapid.generate_keys()
            public = vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            number = vapid.private_key.private_numbers().private_value.to_bytes(32, "big")
            said = {"public": coded(public), "private": coded(number)}
        case ["read"]:
            said = read(json.load(sys.stdin))
        case _:
            sys.exit(__doc__)
    print(json.dumps(said, ensure_ascii=False))
