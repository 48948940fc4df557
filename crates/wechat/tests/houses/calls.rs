//! What 公众号 and 企业微信 call us with. That others encrypt and decrypt the same way is what oracle.rs is for.

use std::sync::Arc;

use gateway::{Fate, Told};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use wechat::{Call, Client, Event, Heard, MemoryTokens, Official, Unreadable};

use super::house::{House, NOW, keys, official, wecom};

fn signed(at: i64) -> String {
    let at = at.to_string();
    let mut words = ["the-token", at.as_str(), "nonce-1"];
    words.sort_unstable();
    let signature = hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, words.concat().as_bytes()));
    format!("signature={signature}&timestamp={at}&nonce=nonce-1")
}

async fn client(aes: bool) -> Official {
    official(&House::open().await, Arc::new(MemoryTokens::default()), Some(keys(aes)))
}

fn hear(client: &Official, inner: &str) -> Result<Heard, Unreadable> {
    let body = format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o-1]]></FromUserName><CreateTime>1767574860</CreateTime>{inner}</xml>"
    );
    client.hear(&Call { query: &signed(NOW / 1000), body: body.as_bytes() })
}

#[tokio::test]
async fn who_comes_and_goes_and_writes_is_told() {
    let client = client(false).await;
    let event = |name: &str, more: &str| {
        let heard = hear(&client, &format!("<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{more}")).unwrap();
        assert_eq!((heard.answer.body.as_str(), heard.events.len() < 2), ("success", true));
        heard.events.into_iter().next()
    };
    let came = |scene: Option<&str>| Some(Event::Came { who: "o-1".to_owned(), scene: scene.map(str::to_owned) });
    assert_eq!(event("subscribe", "<EventKey><![CDATA[qrscene_bind-1]]></EventKey><Ticket>t</Ticket>"), came(Some("bind-1")));
    assert_eq!(event("subscribe", "<EventKey><![CDATA[]]></EventKey>"), came(None));
    assert_eq!(event("SCAN", "<EventKey><![CDATA[bind-1]]></EventKey>"), came(Some("bind-1")));
    assert_eq!(event("unsubscribe", ""), Some(Event::Left { who: "o-1".to_owned() }));
    assert_eq!(event("CLICK", "<EventKey>menu</EventKey>"), None);

    let failed = |code: &str| Fate::Failed { code: code.to_owned(), text: String::new() };
    for (status, fate) in
        [("success", Fate::Delivered), ("failed:user block", failed("user block")), ("failed: system failed", failed("system failed"))]
    {
        let told = event("TEMPLATESENDJOBFINISH", &format!("<MsgID>200163836</MsgID><Status><![CDATA[{status}]]></Status>"));
        let Some(Event::Told(Told::Receipt(receipt))) = told else { panic!("{told:?}") };
        assert_eq!((receipt.provider_id.as_deref(), receipt.to.as_str(), receipt.fate), (Some("200163836"), "o-1", fate));
        assert_eq!(receipt.at, Some(NOW + 60_000));
    }

    let heard = hear(&client, "<MsgType>text</MsgType><Content>收到 &lt;1&gt; &#x597D;</Content><MsgId>77</MsgId>").unwrap();
    let [Event::Told(Told::Reply(reply))] = heard.events.as_slice() else { panic!("{heard:?}") };
    assert_eq!((reply.from.as_str(), reply.text.as_str(), reply.reply_id.as_deref()), ("o-1", "收到 <1> 好", Some("77")));
    let answer = client.answer(&heard, "已确认]]><x>");
    assert_eq!(answer.content_type, "text/xml; charset=utf-8");
    let expected = "<ToUserName><![CDATA[o-1]]></ToUserName><FromUserName><![CDATA[gh_1]]></FromUserName>";
    assert!(answer.body.contains(expected) && answer.body.contains("<![CDATA[已确认]]]]><![CDATA[><x>]]>"), "{}", answer.body);
}

#[tokio::test]
async fn a_greeting_is_answered_to_whom_it_is_signed() {
    let client = client(false).await;
    let query = format!("{}&echostr=123%3C4", signed(NOW / 1000));
    let heard = client.hear(&Call { query: &query, body: b"" }).unwrap();
    assert_eq!((heard.answer.body.as_str(), heard.answer.content_type), ("123<4", "text/plain; charset=utf-8"));
    let at = |moment: i64| client.hear(&Call { query: &signed(moment), body: b"" });
    assert!(at(NOW / 1000 + 800).is_ok() && at(NOW / 1000 - 800).is_ok());
    for wrong in [NOW / 1000 - 1000, NOW / 1000 + 1000, 0, i64::MIN] {
        assert!(at(wrong).is_err(), "{wrong}");
    }
    for wrong in [signed(NOW / 1000).replace("nonce-1", "nonce-2"), "timestamp=1767574800".to_owned(), String::new()] {
        assert!(client.hear(&Call { query: &wrong, body: b"" }).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn who_has_a_key_hears_nothing_that_is_not_encrypted() {
    let text = "<MsgType>text</MsgType><Content>1</Content>";
    assert!(hear(&client(false).await, text).is_ok());
    assert!(hear(&client(true).await, text).is_err());
    assert!(hear(&client(true).await, "<Encrypt>AAAA</Encrypt>").is_err());
    let silent = official(&House::open().await, Arc::new(MemoryTokens::default()), None);
    assert!(hear(&silent, text).is_err());
    let corporate = wecom(&House::open().await, Arc::new(MemoryTokens::default()), Some(keys(true)));
    assert!(corporate.hear(&Call { query: &signed(NOW / 1000), body: b"" }).is_err());
}

#[tokio::test]
async fn what_is_no_call_brings_nothing_down() {
    let client = client(false).await;
    let hear = |body: &[u8]| client.hear(&Call { query: &signed(NOW / 1000), body });
    let bomb = format!("<!DOCTYPE x [<!ENTITY a \"{}\">]><xml><MsgType>&a;</MsgType></xml>", "a".repeat(100));
    let many = format!("<xml>{}</xml>", "<a>1</a>".repeat(300));
    let deep = "<a>".repeat(50_000);
    for garbage in ["<xml>", "no", "<xml></yml>", "<xml/>", bomb.as_str(), many.as_str(), deep.as_str(), "\u{0}"] {
        assert!(hear(garbage.as_bytes()).is_err(), "{}", &garbage[..garbage.len().min(50)]);
    }
    assert!(hear(&[0xff, 0xfe]).is_err());
    // Understood, and about nothing.
    assert!(hear(b"<xml><a>1</a></xml>").unwrap().events.is_empty());
}
