//! Papers people hand in with what they report: a table of how far it is, a letter that says what was done.

use anyhow::Context as _;
use kit::{Day, Moment, Rng};
use officedoc::{
    letter::{Letter, Part},
    sheet::{Cell, SheetOut},
};

use super::{dice::Dice, life::Play};
use crate::{
    app::Ctx,
    files::{self, FileId},
};

/// What papers are made by: they shift nothing else that is drawn, and no other id.
pub(super) struct Papers {
    dice: Dice,
    ids: Rng,
    /// Of what lies before nobody looks for papers.
    from: Moment,
}

/// Of a hundred reports, and of a hundred closings, so many come with a paper.
const REPORTS: u64 = 15;
const CLOSINGS: u64 = 50;
/// What a table of progress has.
const STEPS: [&str; 5] = ["方案制定", "任务分解", "组织实施", "现场核查", "资料归档"];

impl Papers {
    pub(super) fn from(seed: u64, from: Moment) -> Self {
        Self { dice: Dice::seeded(seed ^ 0x7061_7065), ids: Rng::seeded(seed ^ 0x7061_7070), from }
    }
}

impl Play {
    /// The paper of a report at this progress, in percent; mostly there is none.
    pub(super) async fn table(&mut self, at: usize, ctx: &Ctx, claimed: i64) -> anyhow::Result<Vec<FileId>> {
        if !self.has_paper(REPORTS) {
            return Ok(Vec::new());
        }
        let node = self.node(at)?;
        let object = node.spec.matter.object.clone();
        let row = |(n, step): (usize, &&str)| {
            let begun = i64::try_from(n).unwrap_or(0) * 20;
            let done = ((claimed - begun) * 5).clamp(0, 100);
            let state = match done {
                100 => "已完成",
                0 => "未开始",
                _ => "进行中",
            };
            vec![Cell::Text((*step).to_owned()), Cell::Percent(percent(done)), Cell::Text(state.to_owned())]
        };
        let steps = SheetOut {
            name: "进度".to_owned(),
            columns: ["工作环节", "完成比例", "状态"].map(str::to_owned).into(),
            rows: STEPS.iter().enumerate().map(row).collect(),
        };
        let unit = self.area.units.get(node.spec.unit).context("no such unit")?.plan.name;
        let about = SheetOut {
            name: "说明".to_owned(),
            columns: ["项目", "内容"].map(str::to_owned).into(),
            rows: vec![
                vec![Cell::Text("事项".to_owned()), Cell::Text(object.clone())],
                vec![Cell::Text("填报单位".to_owned()), Cell::Text(unit.to_owned())],
                vec![Cell::Text("填报日期".to_owned()), Cell::Date(self.stage.now().day().date())],
            ],
        };
        let bytes = officedoc::sheet::write(&[steps, about])?;
        self.hand_in(ctx, &format!("{object}进度表.xlsx"), &bytes).await
    }

    /// The paper of a closing: what was done, as a letter.
    pub(super) async fn letter(&mut self, at: usize, ctx: &Ctx, said: &str) -> anyhow::Result<Vec<FileId>> {
        if !self.has_paper(CLOSINGS) {
            return Ok(Vec::new());
        }
        let node = self.node(at)?;
        let object = node.spec.matter.object.clone();
        let unit = self.area.units.get(node.spec.unit).context("no such unit")?.plan.name;
        let today: Day = self.stage.now().day();
        let letter = Letter {
            mark: unit.to_owned(),
            number: String::new(),
            title: format!("关于{object}完成情况的报告"),
            to: "政务运营中心".to_owned(),
            body: vec![
                Part::Heading("一、完成情况".to_owned()),
                Part::Text(said.to_owned()),
                Part::Heading("二、下一步工作".to_owned()),
                Part::Text("巩固已有成效，按要求做好资料归档，接受核查。".to_owned()),
            ],
            signed: unit.to_owned(),
            day: today.date(),
        };
        let bytes = letter.docx()?;
        self.hand_in(ctx, &format!("{object}完成情况报告.docx"), &bytes).await
    }

    fn has_paper(&self, percent: u64) -> bool {
        self.papers.as_ref().is_some_and(|papers| papers.from <= self.stage.now() && papers.dice.percent(percent))
    }

    async fn hand_in(&mut self, ctx: &Ctx, name: &str, bytes: &[u8]) -> anyhow::Result<Vec<FileId>> {
        let Some(papers) = &self.papers else { return Ok(Vec::new()) };
        let ctx = Ctx { rng: papers.ids.clone(), ..ctx.clone() };
        let app = self.stage.app.clone();
        Ok(vec![files::bring(self.stage.tx().await?, &app, &ctx, name, bytes).await?])
    }
}

fn percent(done: i64) -> f64 {
    f64::from(i32::try_from(done).unwrap_or(0)) / 100.0
}
