import assert from "node:assert/strict";
import {
  at,
  choose,
  dialog,
  gone,
  go,
  says,
  see,
  toast,
} from "../lib/page.mjs";
import { pick, press } from "../lib/thumb.mjs";
import { until } from "../lib/until.mjs";
import { dayFromNow, Work } from "../lib/work.mjs";

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

export const tests = {
  async "a decomposition names handlers, survives a reload, and is sent only when there is something to send"(
    app,
  ) {
    const { unit, head, handler } = await app.org.newBureau();
    const work = new Work(app.people.zhouyun);
    const task = await work.active("本单位要分解的任务", unit, head);
    const page = await app.desk(head);
    await go(page, `/tasks/${task.id}/decompose`);
    const cell = (n) => page.getByRole("row").nth(n);
    assert.ok(
      await page.getByRole("button", { name: "保存并交办" }).isDisabled(),
    );
    await page.getByRole("button", { name: "保存", exact: true }).click();
    await toast(page, "已保存");
    await cell(1).getByLabel("任务名称").fill("摸清底数");
    await choose(cell(1), "经办人", handler.name);
    await until("the rows to be kept", () =>
      page.evaluate(
        (all) =>
          Object.values(localStorage).some((kept) =>
            all.every((one) => kept.includes(one)),
          ),
        ["摸清底数", handler.id],
      ),
    );
    await page.reload();
    await says(page.locator("main"), "已恢复上次没有保存");
    await says(cell(1), handler.name);
    await page.getByRole("button", { name: "保存并交办" }).click();
    await dialog(page, "交办")
      .getByLabel(/不涉及国家秘密/)
      .check();
    await dialog(page, "交办").getByRole("button", { name: "交办" }).click();
    await at(page, `/tasks/${task.id}`);
    const { children } = await work.detail(task.id);
    assert.deepEqual(
      children.map((c) => [c.title, c.lead.person?.name]),
      [["摸清底数", handler.name]],
    );
    await go(page, `/tasks/${task.id}/decompose`);
    await says(page.locator("main"), "摸清底数");
    assert.ok(!(await page.locator("main").innerText()).includes("已恢复"));
    assert.ok(
      await page.getByRole("button", { name: "保存并交办" }).isDisabled(),
    );
    const phone = await app.phone(head);
    await go(phone, `/tasks/${task.id}/decompose`);
    await press(phone, "添加一行");
    await phone.getByLabel("要完成什么").last().fill("第二步");
    await pick(phone, "经办人", handler.name);
    await press(phone, "平均分配");
    await press(phone, "保存");
    await toast(phone, "已保存");
    const all = await head.api.get(`/tasks/${task.id}`);
    assert.deepEqual(
      all.children.map((c) => [c.title, c.lead.person?.name]),
      [
        ["摸清底数", handler.name],
        ["第二步", handler.name],
      ],
    );
  },
  async "the reply goes to the urge that was opened"(app) {
    const { unit, head, handler, liaison } = await app.org.newBureau();
    const work = new Work(app.people.zhouyun);
    const task = await work.active("被两人督办的任务", unit, head, handler);
    await app.people.wang.api.post(`/tasks/${task.id}/urges`, {
      text: "王主任的督办",
      reply_due_day: dayFromNow(9),
    });
    await app.people.zhouyun.api.post(`/tasks/${task.id}/urges`, {
      text: "周运的督办",
      reply_due_day: dayFromNow(4),
    });
    const page = await app.desk(liaison);
    await go(page, "/todo");
    const line = page.locator(".duty").filter({ hasText: "王主任的督办" });
    await line.getByRole("button").click();
    await says(dialog(page, "回复督办"), "王主任的督办");
    await go(page, `/tasks/${task.id}`);
    await page
      .getByRole("region", { name: "现在要做的" })
      .getByRole("button", { name: "回复", exact: true })
      .click();
    await says(dialog(page, "回复督办"), "周运的督办");
    const phone = await app.phone(liaison);
    await go(phone, "/todo");
    await phone
      .locator("li.duty")
      .filter({ hasText: "王主任的督办" })
      .getByRole("button")
      .tap();
    await says(phone.locator("blockquote"), "王主任的督办");
  },
  async "a check that passes needs no words"(app) {
    const { unit, head, handler } = await app.org.newBureau();
    const work = new Work(app.people.zhouyun);
    const task = await work.active("办完的任务", unit, head, handler);
    await handler.api.post(`/tasks/${task.id}/closure`, {
      version: task.version,
      text: "全部完成了",
    });
    const { requests } = await work.detail(task.id);
    await app.people.zhouyun.api.post(`/requests/${requests[0].id}/decision`, {
      decision: "grant",
      text: "材料齐全",
    });
    const page = await app.desk(await app.org.colleague());
    await go(page, `/tasks/${task.id}`);
    await page.getByRole("button", { name: "核查销号" }).first().click();
    const box = dialog(page, "核查销号");
    await says(box, "全部完成了");
    await says(box, "材料齐全");
    await box.getByRole("radio", { name: "不通过，继续办理" }).check();
    await box.getByRole("button", { name: "确定" }).click();
    await says(box.getByRole("alert"), "请填写核查情况");
    await box.getByRole("radio", { name: "通过，予以销号" }).check();
    await gone(box.getByRole("alert"));
    await box.getByRole("button", { name: "确定" }).click();
    await toast(page, "已核查");
    await says(page.getByRole("region", { name: "办理过程" }), "核查通过");
  },
};
