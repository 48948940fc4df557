"""wechatpy, driven by tests/houses/oracle.rs.

    wechat.py encrypt KIND     encrypts the text, nonce and timestamp of a JSON object from stdin as the house would, and signs it
    wechat.py greet KIND       encrypts a greeting as 企业微信 does
    wechat.py decrypt KIND     reads an answer of ours, as a JSON object with its XML, and prints what is in it
    wechat.py send KIND URL    sends one message through wechatpy's own client

KIND is `official` or `corporate`.
"""

import json
import sys

TOKEN, KEY = "the-token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def crypto(kind):
    if kind == "official":
        from wechatpy.crypto import WeChatCrypto

        return WeChatCrypto(TOKEN, KEY, "wx1")
    from wechatpy.enterprise.crypto import WeChatCrypto

    return WeChatCrypto(TOKEN, KEY, "ww1")


def encrypt(kind, given):
    import xmltodict

    xml = crypto(kind).encrypt_message(given["text"], given["nonce"], given["timestamp"])
    return {"xml": xml, "signature": xmltodict.parse(xml)["xml"]["MsgSignature"]}


def greet(kind, given):
    from wechatpy.crypto import PrpCrypto, _get_signature

    house = crypto(kind)
    echo = PrpCrypto(house.key).encrypt(given["text"], house._id).decode()
    return {"echo": echo, "signature": _get_signature(TOKEN, given["timestamp"], given["nonce"], echo)}


def decrypt(kind, given):
    import xmltodict

    outer = xmltodict.parse(given["xml"])["xml"]
    inner = crypto(kind).decrypt_message(given["xml"], outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"])
    return xmltodict.parse(inner)["xml"]


def send(kind, url):
    if kind == "official":
        from wechatpy import WeChatClient

        client = WeChatClient("wx1", "the-secret", access_token="token-1")
        client.API_BASE_URL = f"{url}/cgi-bin/"
        data = {"thing1": {"value": "关于防汛的通知"}, "time2": {"value": "2026-01-05 09:00"}}
        client.message.send_template("somebody", "template-1", data, "https://example.gov.cn/t/1?a=1&b=2")
        code = {"expire_seconds": 600, "action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "bind-1"}}}
        client.qrcode.create(code)
    else:
        from wechatpy.enterprise import WeChatClient

        client = WeChatClient("ww1", "the-secret", access_token="token-1")
        client.API_BASE_URL = f"{url}/cgi-bin/"
        client.message.send_text_card(1000002, "somebody", "关于“防汛 & 抢险”的事项", "请于 5 日内办结。", "https://example.gov.cn/t/1?a=1&b=2")
    return {}


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["send", kind, url]:
            said = send(kind, url)
        case ["encrypt" | "greet" | "decrypt" as verb, kind]:
            said = {"encrypt": encrypt, "greet": greet, "decrypt": decrypt}[verb](kind, json.load(sys.stdin))
        case _:
            sys.exit(__doc__)
    print(json.dumps(said, ensure_ascii=False))
