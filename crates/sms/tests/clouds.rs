//! Each client against a fake of its cloud that checks signatures.
#![expect(clippy::unwrap_used, reason = "helpers outside #[test] functions may fail the test too")]

use std::time::Duration;

use gateway::{Fate, Http, SendError, Told};
use kit::{Clock, Moment, Rng, Secret};
use reqwest::header::HeaderMap;
use sms::{
    Aliyun, AliyunAccount, Asked, Client, Huawei, HuaweiAccount, Outgoing, Template, Tencent, TencentAccount,
    fake::{Cloud, Vendor},
};

/// 2026-01-05 09:00 in China.
const NOW: i64 = 1_767_574_800_000;
const ALL: [Vendor; 3] = [Vendor::Aliyun, Vendor::Tencent, Vendor::Huawei];

async fn serve(cloud: &Cloud) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let router = cloud.router();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{at}")
}

fn client(vendor: Vendor, base_url: &str, secret: &str) -> Box<dyn Client> {
    let (http, clock, rng) = (Http::new(Duration::from_secs(10)).unwrap(), Clock::manual(Moment::from_millis(NOW)), Rng::seeded(1));
    let (base_url, id, secret) = (base_url.to_owned(), "the-id".to_owned(), Secret::new(secret.to_owned()));
    match vendor {
        Vendor::Aliyun => {
            let account = AliyunAccount { base_url, key_id: id, key_secret: secret };
            Box::new(Aliyun::new(account, http, clock, rng).unwrap())
        }
        Vendor::Tencent => {
            let (app_id, region) = ("1400000000".to_owned(), "ap-guangzhou".to_owned());
            let account = TencentAccount { base_url, secret_id: id, secret_key: secret, app_id, region };
            Box::new(Tencent::new(account, http, clock).unwrap())
        }
        Vendor::Huawei => {
            let (sender, status_callback) = ("10690000".to_owned(), Some("https://example.org/back?a=1&b=2".to_owned()));
            let account = HuaweiAccount { base_url, app_key: id, app_secret: secret, sender, status_callback };
            Box::new(Huawei::new(account, http, clock, rng))
        }
    }
}

fn message() -> Outgoing {
    Outgoing {
        own_id: "019b-own".to_owned(),
        to: "+8613800000000".to_owned(),
        text: "关于“防汛 & 抢险”的事项，请于 5 日内办结 (100%+)。".to_owned(),
        signature: Some("某某 办公室".to_owned()),
        template: Some(Template {
            code: "SMS_1".to_owned(),
            params: vec![("title".to_owned(), "“防汛 & 抢险” 100%+~*'()".to_owned()), ("days".to_owned(), "5".to_owned())],
        }),
    }
}

#[tokio::test]
async fn a_message_arrives_as_it_was_written_and_its_receipt_comes_back() {
    for vendor in ALL {
        let cloud = Cloud::new(vendor, "the-id", Secret::new("the-secret".to_owned()));
        let client = client(vendor, &serve(&cloud).await, "the-secret");
        let taken = client.send(&message()).await.unwrap();
        assert_eq!((taken.provider_id.as_deref(), taken.parts), (Some("fake-1"), 1), "{vendor:?}");

        let kept = cloud.messages().remove(0);
        assert_eq!((kept.own_id.as_str(), kept.signature.as_str(), kept.template.as_str()), ("019b-own", "某某 办公室", "SMS_1"));
        assert!(kept.to.ends_with("13800000000"));
        let first = kept.params.get("title").or_else(|| kept.params.get(0)).unwrap();
        assert_eq!(first, "“防汛 & 抢险” 100%+~*'()", "{vendor:?}");

        for (arrived, fate) in [(true, Fate::Delivered), (false, Fate::Failed { code: "MK:0001".to_owned(), text: String::new() })] {
            let post = cloud.arrive("fake-1", arrived).unwrap();
            let read = client.read_callback(&HeaderMap::new(), post.body.as_bytes()).unwrap();
            let [Told::Receipt(receipt)] = read.told.as_slice() else { panic!("{:?}", read.told) };
            assert_eq!(receipt.provider_id.as_deref(), Some("fake-1"));
            assert_eq!(receipt.at, Some(NOW + 3000), "{vendor:?}");
            match (&receipt.fate, fate) {
                (Fate::Failed { code, .. }, Fate::Failed { code: expected, .. }) => assert_eq!(*code, expected),
                (fate, expected) => assert_eq!(*fate, expected),
            }
            // 腾讯云 repeats our own id in what is pulled only.
            assert_eq!(receipt.own_id.as_deref(), (vendor != Vendor::Tencent).then_some("019b-own"));
        }
        let post = cloud.reply("+8613800000000", "收到 & 知悉");
        let read = client.read_callback(&HeaderMap::new(), post.body.as_bytes()).unwrap();
        let [Told::Reply(reply)] = read.told.as_slice() else { panic!("{:?}", read.told) };
        assert_eq!((reply.from.as_str(), reply.text.as_str()), ("+8613800000000", "收到 & 知悉"));
    }
}

#[tokio::test]
async fn a_wrong_key_bars_the_way_and_is_told_to_nobody() {
    for vendor in ALL {
        let cloud = Cloud::new(vendor, "the-id", Secret::new("the-secret".to_owned()));
        let error = client(vendor, &serve(&cloud).await, "wrong-secret").send(&message()).await.unwrap_err();
        assert!(matches!(error, SendError::Barred { .. }), "{vendor:?}: {error}");
        assert!(!format!("{error:?}").contains("wrong-secret"));
        assert!(cloud.messages().is_empty());
    }
}

#[tokio::test]
async fn what_a_vendor_refuses_is_told_apart_from_what_may_come_later() {
    let told = [
        (Vendor::Aliyun, "isv.MOBILE_NUMBER_ILLEGAL", "isv.BUSINESS_LIMIT_CONTROL", "isv.AMOUNT_NOT_ENOUGH"),
        (
            Vendor::Tencent,
            "FailedOperation.PhoneNumberInBlacklist",
            "LimitExceeded.PhoneNumberThirtySecondLimit",
            "FailedOperation.InsufficientBalanceInSmsPackage",
        ),
        (Vendor::Huawei, "E200028", "E200015", "E200037"),
    ];
    for (vendor, refused, busy, barred) in told {
        let cloud = Cloud::new(vendor, "the-id", Secret::new("the-secret".to_owned()));
        let client = client(vendor, &serve(&cloud).await, "the-secret");
        let after = async |code: &str| {
            cloud.refuse_next(code);
            client.send(&message()).await.unwrap_err()
        };
        assert!(matches!(after(refused).await, SendError::Refused { code, .. } if code == refused));
        assert!(matches!(after(busy).await, SendError::Busy { code, .. } if code == busy));
        assert!(matches!(after(barred).await, SendError::Barred { code, .. } if code == barred));
    }
    let cloud = Cloud::new(Vendor::Tencent, "the-id", Secret::new("the-secret".to_owned()));
    let client = client(Vendor::Tencent, &serve(&cloud).await, "the-secret");
    cloud.refuse_next("InternalError.Timeout");
    assert!(!client.send(&message()).await.unwrap_err().is_certain());
}

#[tokio::test]
async fn a_silent_message_is_asked_for() {
    for vendor in [Vendor::Aliyun, Vendor::Tencent] {
        let cloud = Cloud::new(vendor, "the-id", Secret::new("the-secret".to_owned()));
        let client = client(vendor, &serve(&cloud).await, "the-secret");
        for _ in 0..2 {
            client.send(&message()).await.unwrap();
        }
        cloud.arrive("fake-2", true).unwrap();
        let asked = [Asked { provider_id: Some("fake-2".to_owned()), to: "+8613800000000".to_owned(), at: NOW }];
        let told = client.ask(&asked).await.unwrap();
        let [Told::Receipt(receipt)] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(
            (&receipt.fate, receipt.own_id.as_deref(), receipt.provider_id.as_deref()),
            (&Fate::Delivered, Some("019b-own"), Some("fake-2"))
        );
    }
    let cloud = Cloud::new(Vendor::Tencent, "the-id", Secret::new("the-secret".to_owned()));
    let client = client(Vendor::Tencent, &serve(&cloud).await, "the-secret");
    cloud.reply("+8613800000000", "收到");
    let told = client.ask(&[]).await.unwrap();
    assert!(matches!(told.as_slice(), [Told::Reply(reply)] if reply.text == "收到"), "{told:?}");
}

#[tokio::test]
async fn nobody_is_called_for_what_cannot_be_sent() {
    for vendor in ALL {
        let client = client(vendor, "http://127.0.0.1:9", "the-secret");
        for wrong in [Outgoing { template: None, ..message() }, Outgoing { to: "13800000000".to_owned(), ..message() }] {
            assert!(matches!(client.send(&wrong).await, Err(SendError::Refused { .. })), "{vendor:?}");
        }
    }
}
