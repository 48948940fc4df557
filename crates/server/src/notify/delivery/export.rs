//! Deliveries as a spreadsheet, for whoever has to account for them.

use kit::{Day, Moment};
use officedoc::{csv::CsvRows, sheet::Cell};
use serde_json::json;
use wording::{Words, say};

use super::{
    http::DeliveriesQuery,
    model::{DeliveryId, Suppression},
    store::list::{self, DeliveryView},
};
use crate::{
    access::{Permitted, WatchSystem},
    app::Refusal,
    audit,
    http::{Download, Problem, Query},
};

/// Rows read at once.
const CHUNK: i64 = 1000;
/// More are taken month by month.
const MOST: usize = 200_000;

/// The deliveries that the filter finds, the latest first, as CSV: at most 200,000. That somebody took them is written into the ledger.
#[utoipa::path(get, path = "/deliveries/export", tag = "notify", operation_id = "export_deliveries", params(DeliveriesQuery),
    responses((status = 200, body = Vec<u8>, content_type = "text/csv")))]
pub(super) async fn export(me: Permitted<WatchSystem>, Query(query): Query<DeliveriesQuery>) -> Result<Download, Problem> {
    let mut wanted = query.wanted()?;
    let headings = [
        "时间",
        "接收人",
        "渠道",
        "通道",
        "地址",
        "状态",
        "原因",
        "尝试次数",
        "条数",
        "费用（元）",
        "内容",
        "发出",
        "结果",
        "确认",
        "回复",
        "规则",
    ];
    let headings: Vec<String> = headings.iter().map(|heading| Words::from(*heading).spoken()).collect();
    let mut rows = CsvRows::new(Vec::new(), &headings).map_err(Refusal::internal)?;
    let mut n = 0;
    let mut tx = me.app.db.snapshot().await?;
    loop {
        let page = list::list(&mut tx, &me.ctx.actor.scope, &wanted, CHUNK).await?;
        let Some(last) = page.last().map(|delivery: &DeliveryView| delivery.id) else { break };
        n += page.len();
        if n > MOST {
            return Err(Refusal::field("from_day", say!("超过 {MOST} 条，请缩小日期范围")).into());
        }
        for delivery in &page {
            rows.push(&row(delivery)).map_err(Refusal::internal)?;
        }
        wanted.before = Some::<DeliveryId>(last);
    }
    tx.rollback().await?;
    let bytes = rows.finish().map_err(Refusal::internal)?;
    let mut tx = me.app.db.begin().await?;
    audit::record(&mut tx, &me.ctx, audit::Entry::security("deliveries_exported", say!("导出送达记录，共{n}条"), json!({ "rows": n })))
        .await?;
    tx.commit().await?;
    let day: Day = me.ctx.today();
    Ok(Download { name: format!("{}-{day}.csv", Words::from("送达记录").spoken()), kind: Download::CSV, bytes })
}

/// A reason in words; a gateway's own code as it is.
fn why(reason: &str) -> String {
    let words = match reason {
        "no_gateway" | "gateway_down" => "通道不通",
        "unreachable" => "连接不上通道",
        "unknown" => "通道没有回音",
        code => return Suppression::ALL.iter().find(|why| why.word() == code).map_or_else(|| code.to_owned(), |why| why.words().spoken()),
    };
    Words::from(words).spoken()
}

fn row(delivery: &DeliveryView) -> Vec<Cell> {
    let at = |moment: Option<Moment>| Cell::Text(moment.map(|at| at.wall().format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default());
    let text = |text: Option<&str>| Cell::Text(text.unwrap_or_default().to_owned());
    let number = |n: Option<i64>| Cell::Text(n.map(|n| n.to_string()).unwrap_or_default());
    let yuan = delivery.cost.map(|cost| format!("{}.{:03}", cost / 1000, cost % 1000));
    vec![
        at(Some(delivery.created_at)),
        text(Some(&delivery.to.name)),
        Cell::Text(delivery.channel.words().spoken()),
        text(delivery.gateway.as_deref()),
        text(delivery.address.as_deref()),
        Cell::Text(delivery.state.words().spoken()),
        Cell::Text(delivery.reason.as_deref().map(why).unwrap_or_default()),
        number(Some(delivery.attempts)),
        number(delivery.parts),
        text(yuan.as_deref()),
        if delivery.hidden { Cell::Text(Words::from("（无权查看）").spoken()) } else { text(delivery.text.as_deref()) },
        at(delivery.sent_at),
        at(delivery.settled_at),
        at(delivery.acked_at),
        text(delivery.answer.as_deref()),
        Cell::Text(delivery.rules.join("、")),
    ]
}
