"""The vendors' own clients, driven by tests/oracle.rs.

    clouds.py send VENDOR URL      sends one message through the vendor's client and prints what it understood, as JSON
    clouds.py sign VENDOR          reads a recorded request as JSON from stdin and prints the signature the vendor's code gives it
"""

import json
import sys
import urllib.parse

ID, SECRET = "the-id", "the-secret"
PARAMS = {"title": "“防汛 & 抢险” 100%+~*'()", "days": "5"}


def send_aliyun(url):
    from alibabacloud_dysmsapi20170525.client import Client
    from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest, SendSmsRequest
    from alibabacloud_tea_openapi.utils_models import Config

    client = Client(Config(access_key_id=ID, access_key_secret=SECRET, endpoint=url.removeprefix("http://"), protocol="http"))
    sent = client.send_sms(
        SendSmsRequest(
            phone_numbers="13800000000",
            sign_name="某某 办公室",
            template_code="SMS_1",
            template_param=json.dumps(PARAMS, ensure_ascii=False),
            out_id="019b-own",
        )
    ).body
    asked = client.query_send_details(
        QuerySendDetailsRequest(phone_number="13800000000", send_date="20260105", page_size=50, current_page=1, biz_id=sent.biz_id)
    ).body
    detail = asked.sms_send_detail_dtos.sms_send_detail_dto[0]
    return {"id": sent.biz_id, "code": sent.code, "own_id": detail.out_id}


def send_tencent(url):
    from tencentcloud.common.credential import Credential
    from tencentcloud.common.profile.client_profile import ClientProfile
    from tencentcloud.common.profile.http_profile import HttpProfile
    from tencentcloud.sms.v20210111 import models
    from tencentcloud.sms.v20210111.sms_client import SmsClient

    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=url.removeprefix("http://")))
    client = SmsClient(Credential(ID, SECRET), "ap-guangzhou", profile)
    request = models.SendSmsRequest()
    request.PhoneNumberSet = ["+8613800000000"]
    request.SmsSdkAppId = "1400000000"
    request.TemplateId = "SMS_1"
    request.SignName = "某某 办公室"
    request.TemplateParamSet = list(PARAMS.values())
    request.SessionContext = "019b-own"
    sent = client.SendSms(request).SendStatusSet[0]
    return {"id": sent.SerialNo, "code": sent.Code, "own_id": sent.SessionContext}


def sign_aliyun(request):
    from alibabacloud_tea_openapi.utils import Utils

    class Recorded:
        method = request["method"]
        pathname = request["path"]
        query = dict(urllib.parse.parse_qsl(request["query"], keep_blank_values=True))
        headers = {name: value for name, value in request["headers"].items() if name == "host" or name.startswith("x-acs-")}

    payload = Utils.hex_encode(Utils.hash(request["body"].encode(), "ACS3-HMAC-SHA256"))
    return Utils.get_authorization(Recorded, "ACS3-HMAC-SHA256", payload, ID, SECRET)


def sign_tencent(request):
    from datetime import datetime, timezone

    from tencentcloud.common.credential import Credential
    from tencentcloud.common.http.request import RequestInternal
    from tencentcloud.sms.v20210111.sms_client import SmsClient

    headers = request["headers"]
    client = SmsClient(Credential(ID, SECRET), "ap-guangzhou")
    recorded = RequestInternal(headers["host"], request["method"], request["path"])
    recorded.header = {
        "Content-Type": headers["content-type"],
        "Host": headers["host"],
        "X-TC-Timestamp": headers["x-tc-timestamp"],
    }
    recorded.data = request["body"]
    date = datetime.fromtimestamp(int(headers["x-tc-timestamp"]), timezone.utc).strftime("%Y-%m-%d")
    signature = client._get_tc3_signature({}, recorded, date, "sms", SECRET)
    return f"TC3-HMAC-SHA256 Credential={ID}/{date}/sms/tc3_request, SignedHeaders=content-type;host, Signature={signature}"


def sign_huawei(request):
    """The function that the vendor's Python example for batchSendSms gives; its package signs by another scheme."""
    import base64
    import hashlib
    import re

    given = dict(re.findall(r'(\w+)="([^"]*)"', request["headers"]["x-wsse"]))
    nonce, created = given["Nonce"], given["Created"]
    digest = hashlib.sha256((nonce + created + SECRET).encode()).hexdigest()
    encoded = base64.b64encode(digest.encode()).decode()
    return 'UsernameToken Username="{}",PasswordDigest="{}",Nonce="{}",Created="{}"'.format(ID, encoded, nonce, created)


def fields_huawei():
    """What the vendor's package calls the fields of a request and of an answer."""
    from huaweicloudsdksmsapi.v1.model import BatchSendSmsRequestBody, BatchSendSmsResponse, SmsID

    return {
        "request": sorted(BatchSendSmsRequestBody.attribute_map.values()),
        "answer": sorted([*BatchSendSmsResponse.attribute_map.values(), *SmsID.attribute_map.values()]),
    }


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["send", vendor, url]:
            said = {"aliyun": send_aliyun, "tencent": send_tencent}[vendor](url)
            print(json.dumps(said, ensure_ascii=False))
        case ["sign", vendor]:
            print({"aliyun": sign_aliyun, "tencent": sign_tencent, "huawei": sign_huawei}[vendor](json.load(sys.stdin)))
        case ["fields", "huawei"]:
            print(json.dumps(fields_huawei()))
        case _:
            sys.exit(__doc__)
