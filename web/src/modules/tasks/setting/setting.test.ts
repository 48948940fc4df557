import { describe, expect, it } from 'vitest'
import type { Field, Party, PartyRole, TaskDetail, TaskRow } from '@/api/types'
import { blankRow, childrenInput, joined, rowsOf, unknown, withKnown, type ChildRow } from './breakdown'
import { changesOf, taken } from './changes'
import { emptyForm, formOf, inputOf, merged, type TaskForm } from './form'
import { coUnits, mergedParties, withCo, withParty } from './parties'
import { reasonNeed } from './reason'

const ROLES: PartyRole[] = ['lead', 'co_lead', 'summary', 'implement', 'co', 'charge_leader']
const party = (role: PartyRole, part: Partial<Party> = {}) =>
  ({ id: role, unit: { id: `u-${role}` }, role, person: null, demand: null, due_day: null, ...part }) as Party
const all = ROLES.map((role) =>
  party(role, {
    person: { id: `p-${role}`, name: '周运' },
    ...(role === 'lead' ? {} : { demand: `${role}要做的`, due_day: '2026-12-01' }),
  }),
)
const detail = (part: object = {}, task: object = {}) =>
  ({
    task: {
      id: 't',
      title: '做成一件事',
      source_kind: 'motion',
      importance: 'important',
      urgency: 'routine',
      dispatched_at: '2026-10-01T08:00:00+08:00',
      due_day: '2026-12-31',
      tags: ['民生'],
      fields: [
        { code: 'party', value: '民盟' },
        { code: 'number', value: 21 },
      ],
      ...task,
    },
    parties: all,
    demand: '原要求',
    due_text: '30个工作日内',
    start_day: '2026-10-01',
    source_document: '会议纪要',
    clause: '二',
    milestones: [{ id: 'm', title: '一', due_day: '2026-11-01', weight: 100, deliverable: null }],
    report_rule: { kind: 'monthly', day: 25 },
    ...part,
  }) as unknown as TaskDetail
/** Of a task that is there: how it was, and how it is after what somebody did to it. */
function edited(touch: (form: TaskForm) => void, of = detail(), fields: readonly Field[] = []) {
  const form = formOf(of)
  touch(form)
  return changesOf(form, formOf(of), fields)
}

describe('parties', () => {
  it('go back as they came, whatever their role', () => {
    expect(inputOf(formOf(detail())).parties).toEqual(
      ROLES.map((role) => ({
        unit_id: `u-${role}`,
        role,
        person_id: `p-${role}`,
        ...(role === 'lead' ? {} : { demand: `${role}要做的`, due_day: '2026-12-01' }),
      })),
    )
  })
  it('are not sent where nobody touched them', () => {
    expect(edited((form) => (form.demand = '补充'))).toEqual({ demand: '补充' })
  })
  it('all go along where one of them is touched', () => {
    const patch = edited((form) => (form.parts['u-summary'] = { ...form.parts['u-summary'], role: 'implement' }))
    expect(Object.keys(patch)).toEqual(['parties'])
    expect(patch.parties?.map(({ role }) => role)).toEqual([
      'lead',
      'co_lead',
      'implement',
      'implement',
      'co',
      'charge_leader',
    ])
    expect(patch.parties?.[5]).toMatchObject({ unit_id: 'u-charge_leader', person_id: 'p-charge_leader' })
  })
  it('that simply take part are chosen without a look at the others', () => {
    const form = formOf(detail())
    expect(coUnits(form)).toEqual(['u-co'])
    Object.assign(form, withCo(form, ['new']))
    expect(form.co).toEqual(['u-co_lead', 'u-summary', 'u-implement', 'u-charge_leader', 'new'])
    expect(inputOf(form).parties?.at(-1)).toEqual({ unit_id: 'new', role: 'co' })
  })
  it('come back without the role and the person they went with', () => {
    const form = { ...emptyForm(), ...withParty(emptyForm(), 'a', 'summary') }
    form.parts['a'] = { ...form.parts['a'], person: 'p', demand: '汇总' }
    form.co = []
    Object.assign(form, withCo(form, ['a']))
    expect(inputOf(form).parties).toEqual([{ unit_id: 'a', role: 'co', demand: '汇总', due_day: null }])
  })
  it('kept by a browser from before there were roles simply take part', () => {
    const form = { ...emptyForm(), co: ['a'], parts: { a: { demand: '会签', due_day: '' } } }
    expect(inputOf(form).parties).toEqual([{ unit_id: 'a', role: 'co', demand: '会签', due_day: null }])
  })
  it('of somebody who was faster come in one by one', () => {
    const base = { lead: 'l', co: ['a', 'b', 'c'], parts: { a: { demand: '' } } }
    const mine = {
      lead: 'l',
      co: ['a', 'b', 'c', 'mine'],
      parts: { a: { demand: '' }, b: { role: 'summary' as const } },
    }
    const theirs = { lead: 'l', co: ['b', 'c', 'theirs'], parts: { c: { demand: '他们的' } } }
    const now = mergedParties(mine, base, theirs)
    expect(now.co).toEqual(['b', 'c', 'mine', 'theirs'])
    expect([now.parts['b']?.role, now.parts['c']?.demand]).toEqual(['summary', '他们的'])
    expect(merged(formOf(detail()), formOf(detail()), formOf(detail({ parties: [all[0]] }))).co).toEqual([])
  })
})

describe('a change', () => {
  it('is nothing where nothing was touched', () => expect(edited(() => undefined)).toEqual({}))
  it('does not bring back the words of a due day that was put off', () => {
    expect(formOf(detail()).due_text).toBe('2026-12-31')
    expect(edited((form) => (form.title = '换个名字'))).toEqual({ title: '换个名字' })
    expect(formOf(detail({}, { dispatched_at: null })).due_text).toBe('30个工作日内')
  })
  it('sends each field by itself', () => {
    const one = (touch: Partial<TaskForm>) => edited((form) => Object.assign(form, touch))
    expect(one({ importance: 'normal' })).toEqual({ importance: 'normal' })
    expect(one({ urgency: 'urgent' })).toEqual({ urgency: 'urgent' })
    expect(one({ due_text: '2027-01-15' })).toEqual({ due: { day: '2027-01-15' } })
    expect(one({ start_day: '2026-10-08' })).toEqual({ start_day: '2026-10-08' })
    expect(one({ report_kind: 'weekly', report_day: 5 })).toEqual({ report_rule: { kind: 'weekly', day: 5 } })
    expect(one({ tags: [] })).toEqual({ tags: [] })
    expect(one({ milestones: [] })).toEqual({ milestones: [] })
    expect(one({ lead_person: '' }).parties?.[0]).toEqual({ unit_id: 'u-lead', role: 'lead', person_id: null })
  })
  it('empties what is emptied', () => {
    expect(edited((form) => Object.assign(form, { source_document: ' ', clause: '' }))).toEqual({
      source_document: '',
      clause: '',
    })
  })
  it('says what stands beside words that could set it', () => {
    expect(edited((form) => (form.due_text = '每月25日前报送，年底前完成'))).toEqual({
      due: { text: '每月25日前报送，年底前完成' },
      report_rule: { kind: 'monthly', day: 25 },
      milestones: [{ id: 'm', title: '一', due_day: '2026-11-01', weight: 100, deliverable: '' }],
    })
  })
  it('of the first day counts the words of a draft anew', () => {
    const draft = detail({}, { dispatched_at: null })
    expect(edited((form) => (form.start_day = '2026-10-08'), draft)).toMatchObject({ due: { text: '30个工作日内' } })
  })
  it('sends the fields of a kind one by one, of another kind all', () => {
    const fields = [{ code: 'party' }, { code: 'number' }] as Field[]
    expect(edited((form) => (form.fields['motion/party'] = '农工党'), detail(), fields)).toEqual({
      fields: { party: '农工党' },
    })
    expect(edited((form) => (form.source_kind = 'other'), detail(), fields)).toEqual({
      source_kind: 'other',
      fields: { party: null, number: null },
    })
  })
  it('cannot take away when it begins and ends', () => {
    const form = { ...formOf(detail()), due_text: ' ', start_day: '' }
    expect(taken(form, formOf(detail()))).toEqual(['due_text', 'start_day'])
  })
})

describe('a reason', () => {
  const task = { dispatched_at: 'x', due_day: '2026-12-31', overdue_days: 0, importance: 'important' } as TaskRow
  it('is owed for what is put off or counts for less', () => {
    expect(reasonNeed(task, { due_day: '2027-01-01' })).toBe('must')
    expect(reasonNeed(task, { due_day: null })).toBe('must')
    expect(reasonNeed(task, { importance: 'normal' })).toBe('must')
    expect(reasonNeed({ ...task, overdue_days: 2 }, { due_day: '2026-12-01' })).toBe('must')
  })
  it('may be given for an earlier day, and is not asked for otherwise', () => {
    expect(reasonNeed(task, { due_day: '2026-12-01' })).toBe('may')
    expect(reasonNeed(task, { due_day: '2026-12-31', importance: 'major' })).toBe('none')
    expect(reasonNeed(task, {})).toBe('none')
    expect(reasonNeed({ ...task, dispatched_at: null }, { due_day: '2027-01-01' })).toBe('none')
  })
})

describe('drafts in a decomposition', () => {
  const child = {
    id: 'c',
    title: '第一步',
    version: 4,
    state: 'draft',
    weight: 100,
    due_day: '2026-11-30',
    lead: { unit: { id: 'u-lead' }, person: { id: 'p-lead' } },
    co_units: ROLES.slice(1).map((role) => ({ id: `u-${role}` })),
  } as unknown as TaskRow
  const row = () => rowsOf({ children: [child], reserved_weight: 0 })[0] as ChildRow
  const known = (one: ChildRow) => ({ ...one, ...withKnown(one, all) })

  it('send what was touched, and their parties only then', () => {
    expect(childrenInput([row()])).toEqual([{ id: 'c', version: 4, weight: 100 }])
    expect(childrenInput([{ ...row(), title: '改名', due_text: '月底前' }])).toEqual([
      { id: 'c', version: 4, weight: 100, title: '改名', due: { text: '月底前' } },
    ])
    expect(unknown(row())).toBe(false)
    expect(childrenInput([known(row())])).toEqual([{ id: 'c', version: 4, weight: 100 }])
  })
  it('keep every role where one unit is touched', () => {
    const touched = { ...row(), co: row().co.filter((unit) => unit !== 'u-co') }
    expect(unknown(touched)).toBe(true)
    const [sent] = childrenInput([known(touched)])
    expect(sent?.parties?.map(({ role }) => role)).toEqual(['lead', 'co_lead', 'summary', 'implement', 'charge_leader'])
    expect(sent?.parties?.[1]).toEqual({
      unit_id: 'u-co_lead',
      role: 'co_lead',
      person_id: 'p-co_lead',
      demand: 'co_lead要做的',
      due_day: '2026-12-01',
    })
  })
  it('take a role that is given in the row', () => {
    const [sent] = childrenInput([
      {
        ...blankRow(),
        title: '一',
        lead: 'a',
        weight: 100,
        ...withParty({ lead: 'a', co: [], parts: {} }, 'b', 'co_lead'),
      },
    ])
    expect(sent?.parties?.[1]).toMatchObject({ unit_id: 'b', role: 'co_lead' })
  })
  it('follow whoever was faster in what was not touched', () => {
    const now = { ...row(), version: 5, title: '他们改的', due_text: '2026-12-20' }
    const mine = joined({ ...row(), due_text: '月底前' }, { ...now, was: { ...now, parts: {} } })
    expect([mine.title, mine.due_text, mine.version]).toEqual(['他们改的', '月底前', 5])
    expect(childrenInput([mine])).toEqual([{ id: 'c', version: 5, weight: 100, due: { text: '月底前' } }])
  })
})
