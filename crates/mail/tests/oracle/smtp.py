"""A mail server over `aiosmtpd`, driven by tests/oracle.rs.

    smtp.py KIND PORT     KIND is `plain`, `starttls` or `tls`; the two latter want user `user` with password `pass`

It prints its certificate as a JSON object first, and then each message as the email package of Python reads it. Whom it does not know
it says so: nobody@….
"""

import datetime
import email
import email.policy
import ipaddress
import json
import ssl
import sys
import tempfile
import time


def certificate():
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a mail server of the tests")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(public + private)
        file.flush()
        context.load_cert_chain(file.name)
    return context, public.decode()


def say(**what):
    print(json.dumps(what, ensure_ascii=False), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        say(
            sender=envelope.mail_from,
            to=envelope.rcpt_tos,
            secured=session.ssl is not None,
            login=session.auth_data.login.decode() if session.auth_data else None,
            subject=message["subject"],
            name=message["from"].addresses[0].display_name,
            id=message["message-id"],
            automatic=message["auto-submitted"],
            at=message["date"].datetime.timestamp(),
            text=message.get_content(),
        )
        return "250 2.0.0 Ok: queued as 4ZpX1d0Yz8z9s"


def main(kind, port):
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

    context, public = certificate()

    def authenticate(server, session, envelope, mechanism, data):
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"user", b"pass")
        return AuthResult(success=right, auth_data=data, handled=False)

    class Server(Controller):
        def factory(self):
            more = {"tls_context": context, "require_starttls": True} if kind == "starttls" else {}
            if kind != "plain":
                more |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": kind == "starttls"}
            return SMTP(self.handler, hostname="mx.example.org", **more)

    Server(Handler(), hostname="127.0.0.1", port=port, ssl_context=context if kind == "tls" else None).start()
    say(certificate=public)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["plain" | "starttls" | "tls" as kind, port]:
            main(kind, int(port))
        case _:
            sys.exit(__doc__)
