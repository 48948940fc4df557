import { atDesk, onPhone } from '../hands.mjs'
import { Work } from '../work.mjs'

/** Monday morning, before anybody has begun. */
export const SINCE = '2026-03-02T08:30:00+08:00'

/** Who works at a desk and who with a phone: those who sit and those who walk about, and the other way round. */
export const SITTING = { centre: atDesk, colleague: atDesk, leader: onPhone, head: onPhone, liaison: atDesk, handler: onPhone, other: atDesk }
export const SWAPPED = Object.fromEntries(Object.entries(SITTING).map(([who, how]) => [who, how === atDesk ? onPhone : atDesk]))

/** Everybody in the story, what they work on, and the calendar on the wall. */
export class Cast {
  static async gather(app, shells) {
    const { people, units, org } = app
    const lin = await org.person({ login: 'linxiao', name: '林晓', unit_id: units.centre.id, post_name: '科员', post_kind: 'staff' })
    const who = { centre: people.zhouyun, colleague: lin, leader: people.wang, head: people.zheng, liaison: people.feng, handler: people.chen, other: people.yang }
    const cast = new Cast(app, who)
    for (const [name, person] of Object.entries(who)) cast[name] = await shells[name](app, person)
    // What only the desk offers is done there, whoever it is: many tasks at once, copies, recurring tasks, archiving.
    cast.office = cast.centre.shell === 'desk' ? cast.centre : await atDesk(app, who.centre)
    cast.bureau = cast.liaison.shell === 'desk' ? cast.liaison : await atDesk(app, who.liaison)
    return cast
  }

  constructor(app, who) {
    Object.assign(this, { app, who, units: app.units, work: new Work(who.centre), task: {} })
  }

  /** Makes it this day and hour of March 2026. */
  day = (day, hour = '09:30') => this.app.move(`2026-03-${String(day).padStart(2, '0')}T${hour}:00+08:00`)
  detail = (task) => this.work.detail(task.id)
}
