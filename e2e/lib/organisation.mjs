import { Caller, PASSWORD, settleIn } from './api.mjs'

/** The committee's root unit is there already; the leader, the centre and two bureaus are made for every test file. */
const UNITS = [
  ['centre', '政务运营中心', '运营中心', 'centre', []],
  ['bureau', '经济发展局', '经发局', 'bureau', ['经发办']],
  ['other', '住房和城乡建设局', '住建局', 'bureau', ['建设局']],
]
/** login, name, unit, post, kind */
const PEOPLE = [
  ['wang', '王主任', 'root', '主任', 'leader'],
  ['zhouyun', '周运', 'centre', '中心主任', 'head'],
  ['zheng', '郑经发', 'bureau', '局长', 'head'],
  ['feng', '冯联络', 'bureau', '综合科科员', 'staff'],
  ['chen', '陈经办', 'bureau', '规划科科员', 'staff'],
  ['yang', '杨建设', 'other', '局长', 'head'],
]

/** Who is who in a running server, and how to make more of them. */
export class Organisation {
  constructor(url, admin) {
    this.url = url
    this.admin = admin
    this.units = {}
    this.people = {}
    this.made = 0
  }

  static async furnish(url, initial) {
    const token = await settleIn(url, 'admin', initial)
    const admin = new Caller(url, token)
    const org = new Organisation(url, admin)
    org.people.admin = { login: 'admin', name: '系统管理员', token, api: admin }
    const { items } = await admin.get('/units')
    org.units.root = items.find((unit) => unit.parent_id === null)
    for (const [key, name, short_name, kind, aliases] of UNITS) org.units[key] = await org.unit({ name, short_name, kind, aliases })
    await Promise.all(
      PEOPLE.map(async ([login, name, unit, post_name, post_kind]) => {
        const charge_unit_ids = login === 'wang' ? [org.units.root.id] : []
        org.people[login] = await org.person({ login, name, unit_id: org.units[unit].id, post_name, post_kind, charge_unit_ids })
      }),
    )
    await admin.put(`/units/${org.units.bureau.id}/liaisons`, { person_ids: [org.people.feng.id] })
    return org
  }

  unit({ name, short_name = name, kind = 'bureau', aliases = [], parent_id = this.units.root.id }) {
    return this.admin.post('/units', { name, short_name, kind, aliases, parent_id })
  }

  /** Somebody who has signed in and changed the password; with `settled: false` one who has not. */
  async person({ settled = true, ...input }) {
    const made = await this.admin.post('/persons', input)
    const one = { id: made.id, name: made.name, login: made.login, initial: made.initial_password }
    if (!settled) return one
    one.token = await settleIn(this.url, one.login, one.initial)
    one.password = PASSWORD
    one.api = new Caller(this.url, one.token)
    return one
  }

  /** One more of the centre's: whoever granted a closing does not check it. */
  colleague() {
    const n = ++this.made
    return this.person({ login: `zhongxin${n}`, name: `林中心${n}`, unit_id: this.units.centre.id, post_name: '科员', post_kind: 'staff' })
  }

  /** A bureau nobody else in the file works in: its head, its liaison and a handler. */
  async newBureau() {
    const n = ++this.made
    const unit = await this.unit({ name: `第${n}实验局`, short_name: `实验${n}局` })
    const make = (login, name, post_name, post_kind) =>
      this.person({ login: `${login}${n}`, name: `${name}${'甲乙丙丁戊己庚辛壬癸'[n - 1] ?? n}`, unit_id: unit.id, post_name, post_kind })
    const [head, liaison, handler] = await Promise.all([
      make('juzhang', '局长', '局长', 'head'),
      make('lianluo', '联络', '科员', 'staff'),
      make('jingban', '经办', '科员', 'staff'),
    ])
    await this.admin.put(`/units/${unit.id}/liaisons`, { person_ids: [liaison.id] })
    return { unit, head, liaison, handler }
  }
}
