"""Reports of real mail servers that `flufl.bounce` was written with, and what it says of them, driven by tests/oracle.rs.

Prints a JSON array: the report in hexadecimal, by which names the message may be called, to whom it did not get for now and for good.
"""

import email
import json
import pathlib

import flufl.bounce
import flufl.bounce.tests.data as data


def names(report):
    for part in report.walk():
        if part.get_content_type() == "text/rfc822-headers":
            part = email.message_from_string(part.get_payload())
        elif part is report or part.get_content_type() == "text/plain" and not part["message-id"]:
            continue
        if part["message-id"]:
            yield part["message-id"].strip().strip("<>")
    if report["in-reply-to"]:
        yield report["in-reply-to"].strip().strip("<>")


def main():
    for path in sorted(pathlib.Path(data.__file__).parent.glob("*.txt")):
        raw = path.read_bytes()
        report = email.message_from_bytes(raw)
        parts = [part for part in report.walk() if part.get_content_type() == "message/delivery-status"]
        known = list(dict.fromkeys(names(report)))
        groups = [group for part in parts for group in part.get_payload() if group["final-recipient"]]
        if not groups or not known:
            continue
        later, lost = flufl.bounce.all_failures(report)
        yield {
            "name": path.name,
            "raw": raw.hex(),
            "ids": known,
            "later": sorted(address.decode() for address in later),
            "lost": sorted(address.decode() for address in lost),
        }


if __name__ == "__main__":
    print(json.dumps(list(main())))
