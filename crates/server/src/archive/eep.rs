//! The sheet of a task: an 电子文件封装包 as DA/T 48-2009 has it, element by element in its order. Two things are otherwise, and
//! the sheet says so: files lie beside it and are named with their digests, and there is no electronic signature.

use std::collections::BTreeMap;

use kit::{Moment, uuid::Uuid};

use super::{
    layout::{EEP, RECORD},
    xml::Xml,
};
use crate::{
    audit::Event,
    files::Attached,
    tasks::{Named, Record},
};

const NAMESPACE: &str = "http://www.saac.gov.cn/standards/ERM/encapsulation";
const FORMAT: &str = "本EEP根据中华人民共和国档案行业标准DA/T 48-2009《基于XML的电子文件封装规范》生成";
const KIND: &str = "本封装包包含电子文件数据及其元数据，原始封装，未经修改";
const CODING: &str = "本封装包中“编码数据”元素存储的不是Base64编码，而是计算机文件在归档包中的相对路径（以本XML所在目录为起点）；\
    “摘要”属性为该文件的SHA-256摘要。文件本身按原样存放，不需要反编码。";
const NOTE: &str =
    "文件数据与本XML并列存放于同一归档包。本封装包不含电子签名；真实性以归档包清单的SHA-256摘要和台账哈希链为准，见归档包的“说明.md”。";
const SYSTEM: &str = "系统";

/// What a sheet is made from.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    pub(super) area: &'a str,
    pub(super) until: Moment,
    /// Its place in the package.
    pub(super) number: usize,
    pub(super) record: &'a Record,
    /// Digest and size of the record beside it.
    pub(super) record_file: (&'a str, u64),
    /// Files with their places.
    pub(super) files: &'a [(Attached, String)],
    pub(super) events: &'a [Event],
    pub(super) actors: &'a BTreeMap<Uuid, String>,
}

/// A computer file that the sheet names.
struct Document<'a> {
    title: &'a str,
    media_type: &'a str,
    name: &'a str,
    path: &'a str,
    size: u64,
    digest: &'a str,
}

impl Sheet<'_> {
    pub(super) fn write(&self) -> String {
        let mut xml = Xml::new();
        xml.element_with("电子文件封装包", &[("xmlns", NAMESPACE)], |xml| {
            xml.text("封装包格式描述", FORMAT);
            xml.text("版本", "2009");
            xml.element_with("被签名对象", &[("eep版本", "2009")], |xml| {
                xml.text("封装包类型", "原始型");
                xml.text("封装包类型描述", KIND);
                xml.text("封装包创建时间", self.until.to_string());
                xml.text("封装包创建单位", self.area);
                xml.element("封装内容", |xml| {
                    xml.element("文件实体块", |xml| self.entity(xml));
                    xml.element("业务实体块", |xml| self.business(xml));
                    xml.element("机构人员实体块", |xml| self.agents(xml));
                });
            });
        });
        xml.finish()
    }

    fn entity(&self, xml: &mut Xml) {
        let task = &self.record.task;
        let sent = task.dispatched_at.unwrap_or(self.until).day().to_string();
        let parties = |leads: bool| -> String {
            let units = self.record.parties.iter().filter(|party| party.role.ends_with("牵头") == leads);
            units.map(|party| party.unit.name.as_str()).collect::<Vec<_>>().join("、")
        };
        xml.element("文件实体", |xml| {
            xml.text("聚合层次", "文件");
            xml.element("来源", |xml| xml.text("立档单位名称", self.area));
            xml.text("电子文件号", task.number.clone().unwrap_or_else(|| task.id.to_string()));
            xml.element("档号", |xml| {
                xml.text("年度", sent.get(..4).unwrap_or_default());
                xml.text("保管期限", task.retention);
                xml.optional("机构或问题", Some(parties(true)));
                xml.text("室编件号", self.number.to_string());
            });
            xml.element("内容描述", |xml| {
                xml.text("题名", &task.title);
                xml.optional("摘要", Some(&task.demand));
                xml.optional("文件编号", task.source_document.as_ref());
                xml.text("责任者", task.issuer.as_ref().map_or(self.area, |unit| unit.name.as_str()));
                xml.text("日期", &sent);
                xml.text("紧急程度", task.urgency);
                xml.optional("主送", Some(parties(true)));
                xml.optional("抄送", Some(parties(false)));
                xml.text("密级", "内部");
            });
            xml.element("形式特征", |xml| {
                xml.text("文件组合类型", if self.files.is_empty() { "单件" } else { "组合文件" });
                xml.text("语种", "汉语");
            });
            xml.element("存储位置", |xml| xml.text("脱机载体编号", ""));
            xml.text("权限管理", "");
            xml.text("附注", NOTE);
            xml.element("文件数据", |xml| self.documents(xml));
        });
        if let Some(parent) = task.parent {
            xml.element("文件实体关系", |xml| {
                xml.text("文件标识符", task.id.to_string());
                xml.text("被关联文件标识符", parent.to_string());
                xml.text("关系类型", "层次关系");
                xml.text("关系", "从属");
            });
        }
    }

    fn documents(&self, xml: &mut Xml) {
        let main = Document {
            title: &self.record.task.title,
            media_type: "application/json",
            name: RECORD,
            path: RECORD,
            size: self.record_file.1,
            digest: self.record_file.0,
        };
        document(xml, 1, "主文档", &main);
        for ((attached, path), n) in self.files.iter().zip(2..) {
            let file = &attached.file;
            let size = u64::try_from(file.size).unwrap_or(0);
            let one = Document { title: &file.name, media_type: &file.media_type, name: &file.name, path, size, digest: &file.digest };
            document(xml, n, "附属文档", &one);
        }
    }

    fn business(&self, xml: &mut Xml) {
        for event in self.events {
            xml.element("业务实体", |xml| {
                xml.text("业务标识符", event.seq.to_string());
                xml.text("机构人员标识符", event.actor_id.map_or_else(|| SYSTEM.to_owned(), |id| id.to_string()));
                xml.text("文件标识符", self.record.task.id.to_string());
                xml.text("业务状态", "历史行为");
                xml.text("业务行为", &event.action);
                xml.text("行为时间", event.at.to_string());
                xml.text("行为依据", ["台账哈希 ", &event.hash].concat());
                xml.text("行为描述", event.words.zh());
            });
        }
    }

    fn agents(&self, xml: &mut Xml) {
        let units: BTreeMap<Uuid, &str> = self
            .record
            .parties
            .iter()
            .map(|party| &party.unit)
            .chain(&self.record.task.issuer)
            .map(|Named { id, name }| (*id, name.as_str()))
            .collect();
        let mut agent = |id: &str, kind: Option<&str>, name: &str| {
            xml.element("机构人员实体", |xml| {
                xml.text("机构人员标识符", id);
                xml.optional("机构人员类型", kind);
                xml.text("机构人员名称", name);
            });
        };
        for (id, name) in units {
            agent(&id.to_string(), Some("单位"), name);
        }
        for (id, name) in self.actors.iter().filter(|(id, _)| self.events.iter().any(|event| event.actor_id == Some(**id))) {
            agent(&id.to_string(), Some("个人"), name);
        }
        if self.events.iter().any(|event| event.actor_id.is_none()) {
            agent(SYSTEM, None, SYSTEM);
        }
    }
}

fn document(xml: &mut Xml, n: usize, standing: &str, one: &Document<'_>) {
    let id = ["修改0-文档", &n.to_string(), "-文档数据1"].concat();
    let code = [&id, "-编码1"].concat();
    xml.element("文档", |xml| {
        xml.text("文档标识符", ["文档", &n.to_string()].concat());
        xml.text("文档序号", n.to_string());
        xml.text("文档主从声明", standing);
        xml.text("题名", one.title);
        xml.element_with("文档数据", &[("文档数据ID", &id)], |xml| {
            xml.element_with("编码", &[("编码ID", &code)], |xml| {
                xml.element("电子属性", |xml| {
                    xml.text("格式信息", one.media_type);
                    xml.text("计算机文件名", one.name);
                    xml.text("计算机文件大小", one.size.to_string());
                });
                xml.text("编码描述", CODING);
                xml.text("反编码关键字", one.name.rsplit_once('.').map_or("", |(_, extension)| extension));
                let attributes = [("编码数据ID", [&code, "-编码数据1"].concat()), ("摘要", ["sha256:", one.digest].concat())];
                let attributes: Vec<(&str, &str)> = attributes.iter().map(|(key, value)| (*key, value.as_str())).collect();
                xml.text_with("编码数据", &attributes, one.path);
            });
        });
    });
}

/// Where a sheet lies.
pub(super) fn path(folder: &str) -> String {
    [folder, "/", EEP].concat()
}
