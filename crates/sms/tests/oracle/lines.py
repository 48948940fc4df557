"""Operators to be tested against, driven by tests/lines.rs and the tests of src/cmpp.

    lines.py smpp PORT     an SMSC over `smpp34`
    lines.py cmpp PORT     a CMPP 2.0 gateway over the codec of `pycmpp`; what that has no words for is packed here
    lines.py frames        prints frames that `pycmpp` writes, as JSON

The operators print `ready` and then what they get, a JSON object a line. Texts steer them: 拒 is refused, 忙 is not taken now, and what
wants a receipt gets one, and an answer. An answer that is not acknowledged as kept is told again, at most three times.
"""

import asyncio
import json
import struct
import sys

ACCOUNT, SECRET = "901234", "pass"


def say(**what):
    print(json.dumps(what, ensure_ascii=False), flush=True)


def unheaded(content, headed):
    return (content[: content[0] + 1].hex(), content[content[0] + 1 :]) if headed else ("", content)


async def smpp(port):
    from smpp34 import ESME_RINVDSTADR, ESME_RTHROTTLED, TLV_MESSAGE_STATE, TLV_RECEIPTED_MESSAGE_ID, Esme, Server, SubmitSmEvent, Tlv, Unbound

    server = Server("127.0.0.1", port)
    await server.start()
    print("ready", flush=True)
    esme, count = None, 0

    async def news(to, number, parameters):
        receipt = f"id:{number} sub:001 dlvrd:001 submit date:2601050900 done date:2601050901 stat:DELIVRD err:000 text:"
        tlvs = [Tlv(TLV_RECEIPTED_MESSAGE_ID, number.encode() + b"\0"), Tlv(TLV_MESSAGE_STATE, b"\2")] if parameters else []
        text = b"" if parameters else receipt.encode()
        await esme.deliver_sm("10690000", text, source_addr=to, esm_class=4, tlvs=tlvs)
        for _ in range(3):
            answer = await esme.deliver_sm("10690000", "收到😀".encode("utf-16-be"), source_addr=to, data_coding=8)
            say(kept=answer.command_status)
            if answer.is_success:
                break

    while True:
        event = await server.next()
        match event:
            case Esme():
                esme = event
                say(bound=event.system_id)
            case Unbound():
                say(unbound=True)
            case SubmitSmEvent():
                header, content = unheaded(event.short_message, event.esm_class & 0x40)
                text = content.decode("utf-16-be")
                tags = {tlv.tag: tlv.as_int() for tlv in event.tlvs}
                say(
                    to=event.destination_addr, source=event.source_addr, coding=event.data_coding, header=header, text=text, tags=tags,
                    receipt=event.registered_delivery, octets=len(event.short_message),
                )
                if "拒" in text:
                    event.reject(ESME_RINVDSTADR)
                elif "忙" in text:
                    event.reject(ESME_RTHROTTLED)
                else:
                    count += 1
                    number = f"m-{count}"
                    event.accept(number)
                    if event.registered_delivery:
                        asyncio.ensure_future(news(event.destination_addr, number, bool(tags)))


async def cmpp(port):
    from pycmpp.cmpp_defines import CMPP_ACTIVE_TEST_REQ, CMPP_CONNECT_REQ, CMPP_SUBMIT_REQ, CMPP_TERMINATE_REQ
    from pycmpp.request import SubmitRequestInstance
    from pycmpp.response import ConnectResponseInstance, SubmitResponseInstance
    from pycmpp.utils import decode_headers, get_md5_digest

    async def serve(reader, writer):
        def put(command, sequence, body):
            frame = struct.pack("!LLL", 12 + len(body), command, sequence) + body
            writer.write(frame)
            return frame

        def deliver(number, to, is_receipt, coding, content):
            body = struct.pack("!Q21s10sBBB21sBB", number, b"10690000", b"HELP", 0, 0, coding, to.encode(), is_receipt, len(content))
            put(5, number & 0xFFFF, body + content + bytes(8))

        count, told = 0x0102030405060000, {}
        while True:
            try:
                head = await reader.readexactly(12)
            except asyncio.IncompleteReadError:
                return
            length, command, sequence = decode_headers(head)
            frame = head + await reader.readexactly(length - 12)
            if command == CMPP_CONNECT_REQ:
                source, digest, version, stamp = struct.unpack("!6s16sBL", frame[12:])
                right = get_md5_digest(source + bytes(9) + SECRET.encode() + f"{stamp:010d}".encode())
                status = 0 if (source.decode(), digest) == (ACCOUNT, right) else 3
                answer = put(0x80000001, sequence, struct.pack("!B16sB", status, bytes(16), 0x20))
                read = ConnectResponseInstance()
                read.resolve(answer)
                say(connected=read.status, version=version)
                if not status:
                    put(CMPP_ACTIVE_TEST_REQ, 77, b"")
            elif command == CMPP_SUBMIT_REQ:
                got = SubmitRequestInstance().resolve(frame)
                text, to = got["msg_content"], got["dest_terminal_id"].rstrip("\0")
                say(
                    to=to, source=got["src_id"].rstrip("\0"), coding=got["msg_fmt"], header=(got["msg_head"] or "").encode("latin-1").hex(), text=text,
                    receipt=got["register_delivery"], octets=got["msg_length"], parts=[got["pk_number"], got["pk_total"]],
                    provider=got["msg_src"], reserve=len(got["reserve"]),
                )
                result = 13 if "拒" in text else 8 if "忙" in text else 0
                count += 1
                answer = put(0x80000004, sequence, struct.pack("!QB", count, result))
                read = SubmitResponseInstance()
                read.resolve(answer)
                assert (read.msg_id, read.status) == (count, result)
                if got["register_delivery"] and not result:
                    deliver(count + 0x1000, to, 1, 0, struct.pack("!Q7s10s10s21sL", count, b"DELIVRD", b"2601050900", b"2601050901", to.encode(), 1))
                    told[count + 0x2000] = (to, 3)
                    deliver(count + 0x2000, to, 0, 8, "收到😀".encode("utf-16-be"))
            elif command == 0x80000005:
                number, result = struct.unpack("!QB", frame[12:])
                if number in told:
                    say(kept=result)
                    to, left = told.pop(number)
                    if result and left > 1:
                        told[number] = (to, left - 1)
                        deliver(number, to, 0, 8, "收到😀".encode("utf-16-be"))
            elif command == 0x80000008:
                say(alive=sequence)
            elif command == CMPP_TERMINATE_REQ:
                put(0x80000002, sequence, b"")
                say(terminated=True)
            try:
                await writer.drain()
            except ConnectionError:
                return

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


def frames():
    from pycmpp.request import ActiveTestRequestInstance, ConnectRequestInstance, SubmitRequestInstance, TerminateRequestInstance

    submit = {
        "msg_src": ACCOUNT, "msg_content": "请于五日内办结", "dest_terminal_id": ["13800000000"], "src_id": "10690000", "pk_total": 2, "pk_number": 1,
        "registered_delivery": 1, "msg_level": 1, "service_id": "HELP", "tp_udhi": 1, "msg_head": bytes([5, 0, 3, 9, 2, 1]),
    }
    written = {
        "connect": ConnectRequestInstance().create(ACCOUNT, SECRET),
        "submit": SubmitRequestInstance().create(**submit),
        "active_test": ActiveTestRequestInstance().create(),
        "terminate": TerminateRequestInstance().create(),
    }
    print(json.dumps({name: frame.hex() for name, frame in written.items()}))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["smpp", port]:
            asyncio.run(smpp(int(port)))
        case ["cmpp", port]:
            asyncio.run(cmpp(int(port)))
        case ["frames"]:
            frames()
        case _:
            sys.exit(__doc__)
