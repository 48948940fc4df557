//! How a package is laid out: names of its files, and those of them that are JSON. `format.md` says the same to a stranger.

use kit::{Moment, uuid::Uuid};
use serde::Serialize;

use crate::{
    audit::Event,
    files::{Attached, FileId},
    supervision::{OrderRecord, UrgeRecord},
    talk::{CommentRecord, NoteRecord},
    tasks::{Record, TaskId},
};

pub(super) const FORMAT: &str = include_str!("format.md");
pub(super) const FORMAT_TITLE: &str = "事必成归档包";
pub(super) const FORMAT_VERSION: u32 = 1;
pub(super) const FORMAT_NAME: &str = "说明.md";
pub(super) const INFO: &str = "包信息.json";
pub(super) const LEDGER: &str = "台账.jsonl";
pub(super) const LIST: &str = "清单-sha256.txt";
pub(super) const EEP: &str = "封装包.xml";
pub(super) const RECORD: &str = "办理记录.json";

/// Characters of a file's own name that stay in the package: with the folders before it, it can be unpacked everywhere.
const NAME: usize = 60;
const EXTENSION: usize = 12;

/// The folder of the nth task.
pub(super) fn folder(n: usize) -> String {
    format!("任务/{n:04}")
}

/// Where the nth file of a task lies inside the task's folder.
pub(super) fn file_path(n: usize, name: &str) -> String {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.chars().count() <= EXTENSION => (stem, [".", extension].concat()),
        _ => (name, String::new()),
    };
    let stem: String = stem.chars().take(NAME).collect();
    format!("文件/{n:02} {}{extension}", stem.trim_end())
}

/// What the package is, in one glance.
#[derive(Debug, Serialize)]
pub(super) struct Info {
    #[serde(rename = "格式")]
    pub(super) format: &'static str,
    #[serde(rename = "格式版本")]
    pub(super) version: u32,
    #[serde(rename = "形成单位")]
    pub(super) area: String,
    #[serde(rename = "题名")]
    pub(super) title: String,
    /// When it last changed; not when it was packed, which would make every package another one.
    #[serde(rename = "截至时间")]
    pub(super) until: Moment,
    #[serde(rename = "任务")]
    pub(super) tasks: Vec<InfoTask>,
    #[serde(rename = "台账")]
    pub(super) ledger: InfoLedger,
}

#[derive(Debug, Serialize)]
pub(super) struct InfoTask {
    #[serde(rename = "目录")]
    pub(super) folder: String,
    #[serde(rename = "标识")]
    pub(super) id: TaskId,
    #[serde(rename = "上级任务")]
    pub(super) parent: Option<TaskId>,
    #[serde(rename = "编号")]
    pub(super) number: Option<String>,
    #[serde(rename = "题名")]
    pub(super) title: String,
    #[serde(rename = "台账条数")]
    pub(super) events: usize,
    #[serde(rename = "文件数")]
    pub(super) files: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct InfoLedger {
    #[serde(rename = "链")]
    pub(super) stream: Uuid,
    #[serde(rename = "条数")]
    pub(super) length: i64,
    #[serde(rename = "末条哈希")]
    pub(super) hash: String,
}

/// A line of the ledger.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Line<'a> {
    /// An event of a task of the package, with everything its hash is made of.
    Whole {
        #[serde(rename = "链")]
        stream: Uuid,
        #[serde(rename = "序号")]
        seq: i64,
        #[serde(rename = "毫秒")]
        millis: i64,
        #[serde(rename = "人员")]
        actor: Option<Uuid>,
        #[serde(rename = "任务")]
        task: Option<Uuid>,
        #[serde(rename = "动作")]
        action: &'a str,
        #[serde(rename = "措辞")]
        words: String,
        #[serde(rename = "数据")]
        data: &'a str,
        #[serde(rename = "前哈希")]
        prev: &'a str,
        #[serde(rename = "哈希")]
        hash: &'a str,
    },
    /// An event of another task of the same tree: only what holds the chain together.
    Link {
        #[serde(rename = "链")]
        stream: Uuid,
        #[serde(rename = "序号")]
        seq: i64,
        #[serde(rename = "前哈希")]
        prev: &'a str,
        #[serde(rename = "哈希")]
        hash: &'a str,
    },
}

impl<'a> Line<'a> {
    pub(super) fn whole(event: &'a Event) -> Self {
        Self::Whole {
            stream: event.stream,
            seq: event.seq,
            millis: event.at.millis(),
            actor: event.actor_id,
            task: event.task_id,
            action: &event.action,
            words: event.words.stored(),
            data: &event.data,
            prev: &event.prev,
            hash: &event.hash,
        }
    }

    pub(super) fn link(event: &'a Event) -> Self {
        Self::Link { stream: event.stream, seq: event.seq, prev: &event.prev, hash: &event.hash }
    }
}

/// Everything about a task.
#[derive(Debug, Serialize)]
pub(super) struct Kept<'a> {
    #[serde(flatten)]
    pub(super) record: &'a Record,
    #[serde(rename = "督办")]
    pub(super) urges: &'a [UrgeRecord],
    #[serde(rename = "督办单")]
    pub(super) orders: &'a [OrderRecord],
    #[serde(rename = "点评")]
    pub(super) notes: &'a [NoteRecord],
    #[serde(rename = "讨论")]
    pub(super) comments: &'a [CommentRecord],
    #[serde(rename = "附件")]
    pub(super) files: Vec<KeptFile<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct KeptFile<'a> {
    #[serde(rename = "标识")]
    id: FileId,
    #[serde(rename = "文件名")]
    name: &'a str,
    #[serde(rename = "路径")]
    path: &'a str,
    #[serde(rename = "字节数")]
    size: i64,
    #[serde(rename = "媒体类型")]
    media_type: &'a str,
    #[serde(rename = "SHA-256")]
    digest: &'a str,
    #[serde(rename = "上传人")]
    by: &'a str,
    #[serde(rename = "上传时间")]
    at: Moment,
    /// The newer version that took its place.
    #[serde(rename = "替换为")]
    replaced_by: Option<FileId>,
    #[serde(rename = "替换时间")]
    replaced_at: Option<Moment>,
    #[serde(rename = "属于")]
    owners: Vec<KeptOwner>,
}

#[derive(Debug, Serialize)]
struct KeptOwner {
    #[serde(rename = "类别")]
    kind: &'static str,
    #[serde(rename = "标识")]
    id: Uuid,
}

/// A file with its place in the task's folder.
pub(super) fn kept_file<'a>(attached: &'a Attached, path: &'a str) -> KeptFile<'a> {
    let file = &attached.file;
    let kind = |word: &str| match word {
        "report" => "进展上报",
        "request" => "申请",
        "urge" => "督办",
        "party" => "配合",
        "risk" => "风险提示",
        "comment" => "讨论",
        "note" => "点评",
        _ => "任务",
    };
    KeptFile {
        id: file.id,
        name: &file.name,
        path,
        size: file.size,
        media_type: &file.media_type,
        digest: &file.digest,
        by: &file.uploaded_by.name,
        at: file.uploaded_at,
        replaced_by: attached.replaced.map(|(id, _)| id),
        replaced_at: attached.replaced.map(|(_, at)| at),
        owners: attached.owners.iter().map(|(word, id)| KeptOwner { kind: kind(word), id: *id }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_short_and_keep_their_extension() {
        assert_eq!(file_path(1, "关于修路的请示.docx"), "文件/01 关于修路的请示.docx");
        let long = "长".repeat(200);
        assert_eq!(file_path(12, &format!("{long}.pdf")), format!("文件/12 {}.pdf", "长".repeat(60)));
        assert_eq!(file_path(3, "没有扩展名"), "文件/03 没有扩展名");
        assert!(file_path(100, &long).rsplit('/').next().unwrap().len() < 255);
    }
}
