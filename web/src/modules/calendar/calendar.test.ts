import { describe, expect, it } from 'vitest'
import type { SpecialDay } from '@/api/types'
import { holidaysOf, kindOf, monthsOf, ofNotice, workdaysOf } from './model'
import { noticeFaults, noticeInput, readDays, readNotice, rowOf, writeDays } from './notice'

const special = (day: string, kind: SpecialDay['kind'], name: string, local = false): SpecialDay => ({
  day,
  kind,
  name,
  local,
})
const NATIONAL = [
  special('2026-09-20', 'workday', '国庆节'),
  ...['01', '02', '03', '04', '05', '06', '07'].map((d) => special(`2026-10-${d}`, 'holiday', '国庆节')),
  special('2026-10-10', 'workday', '国庆节'),
]

describe('a year of months', () => {
  const months = monthsOf(2026, NATIONAL)
  const of = (day: string) => months.flatMap((month) => month.weeks.flat()).find((one) => one?.day === day)
  it('begins each week on Monday and has every day once', () => {
    const first = months[0]?.weeks[0]
    expect(first?.map((one) => one?.day ?? null)).toEqual([
      null,
      null,
      null,
      '2026-01-01',
      '2026-01-02',
      '2026-01-03',
      '2026-01-04',
    ])
    const days = months.flatMap((month) => month.weeks.flat()).flatMap((one) => one?.day ?? [])
    expect([days.length, new Set(days).size, days.at(-1)]).toEqual([365, 365, '2026-12-31'])
    expect(
      monthsOf(2028, [])
        .flatMap((month) => month.weeks.flat())
        .filter(Boolean),
    ).toHaveLength(366)
    expect(months.every((month) => month.weeks.every((week) => week.length === 7))).toBe(true)
  })
  it('knows what each day is', () => {
    expect(of('2026-10-01')).toMatchObject({ kind: 'holiday', name: '国庆节', local: false })
    expect(of('2026-10-10')?.kind).toBe('makeup')
    expect([kindOf('2026-10-11'), kindOf('2026-10-12')]).toEqual(['weekend', 'workday'])
  })
  it('counts what is worked', () => {
    // 261 weekdays; five of the holiday's seven are, two weekend days are worked.
    expect(workdaysOf(months, '2026-12-28')).toEqual({ all: 261 - 5 + 2, left: 4 })
  })
})

describe('the notice read back from the days', () => {
  it('names each holiday with its span and the days worked for it', () => {
    expect(holidaysOf(NATIONAL)).toEqual([
      { name: '国庆节', from: '2026-10-01', to: '2026-10-07', work: ['2026-09-20', '2026-10-10'] },
    ])
  })
  it('goes on behind a day that was set on the spot, and leaves that day out', () => {
    const local = special('2026-10-04', 'workday', '防汛值守', true)
    const days = [...NATIONAL.filter((one) => one.day !== local.day), local]
    expect(holidaysOf(days)[0]).toMatchObject({ from: '2026-10-01', to: '2026-10-07' })
    expect(holidaysOf([special('2026-11-27', 'holiday', '停电', true)])).toEqual([])
  })
  it('tells this year’s New Year from the next one’s', () => {
    const days = ['2026-12-31', '2027-01-01', '2027-12-31'].map((day) => special(day, 'holiday', '元旦'))
    expect(ofNotice(2027, holidaysOf(days))).toEqual([{ name: '元旦', from: '2026-12-31', to: '2027-01-01', work: [] }])
  })
})

describe('days as they are typed', () => {
  it('are read from a notice’s own words, and from figures', () => {
    expect(readDays('2月14日（周六）、2月28日（周六）上班。', 2026)).toEqual({
      days: ['2026-02-14', '2026-02-28'],
      wrong: [],
    })
    expect(readDays('9-20, 10.10 2026-12-27', 2027).days).toEqual(['2026-12-27', '2027-09-20', '2027-10-10'])
    expect(readDays('', 2026)).toEqual({ days: [], wrong: [] })
  })
  it('are not guessed', () => {
    expect(readDays('2月30日、下周六', 2026)).toEqual({ days: [], wrong: ['2月30日', '下周六'] })
  })
  it('are written back short', () => {
    expect(writeDays(['2026-02-14', '2025-12-28'], 2026)).toBe('2月14日、2025年12月28日')
  })
})

describe('a pasted notice', () => {
  const TEXT = `国务院办公厅关于2026年部分节假日安排的通知
国办发明电〔2025〕7号
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、端午节：6月19日放假1天。
五、国庆节、中秋节：9月28日至10月5日放假调休，共8天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。`
  it('fills in the number and every holiday', () => {
    expect(readNotice(TEXT, 2026)).toEqual({
      notice: '国办发明电〔2025〕7号',
      year: 2026,
      holidays: [
        { name: '元旦', from: '2026-01-01', to: '2026-01-03', work: ['2026-01-04'] },
        { name: '春节', from: '2026-02-15', to: '2026-02-23', work: ['2026-02-14', '2026-02-28'] },
        { name: '清明节', from: '2026-04-04', to: '2026-04-06', work: [] },
        { name: '端午节', from: '2026-06-19', to: '2026-06-19', work: [] },
        { name: '国庆节、中秋节', from: '2026-09-28', to: '2026-10-05', work: ['2026-09-20', '2026-10-10'] },
      ],
    })
  })
  it('may begin in the year before', () => {
    expect(readNotice('一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。', 2023).holidays[0]).toMatchObject({
      from: '2022-12-31',
      to: '2023-01-02',
    })
  })
  it('says which year it is about', () => {
    expect(readNotice(TEXT, 2027).year).toBe(2026)
  })
  it('that is none gives nothing', () => {
    expect(readNotice('各部门：请做好值班。', 2026)).toEqual({ notice: '', year: 2026, holidays: [] })
  })
})

describe('an entered notice', () => {
  const row = (name: string, from: string, to: string, work = '') => ({ ...rowOf({ name, from, to }, 2027), work })
  it('is checked at its fields', () => {
    const rows = [
      row('元旦', '2027-01-03', '2027-01-01'),
      row('', '', '2029-02-01'),
      row('春节', '2027-02-05', '2027-02-11', '2月6日、改天'),
      row('国庆节', '2027-10-01', '2027-10-07', '10月3日'),
      row('中秋节', '2027-09-15', '2027-09-15', '2028-01-08'),
    ]
    expect(noticeFaults({ notice: ' ', rows }, 2027)).toEqual({
      notice: { fault: 'empty' },
      'holidays.0.to': { fault: 'backwards' },
      'holidays.1.name': { fault: 'empty' },
      'holidays.1.from': { fault: 'empty' },
      'holidays.1.to': { fault: 'year' },
      'holidays.2.work': { fault: 'notDays', what: '改天' },
      'holidays.3.work': { fault: 'both', what: '2027-10-03' },
      'holidays.4.work': { fault: 'year', what: '2028-01-08' },
    })
    expect(noticeFaults({ notice: 'x', rows: [] }, 2027)).toEqual({ holidays: { fault: 'none' } })
  })
  it('is sent as days', () => {
    const form = { notice: ' 国办发明电〔2026〕8号 ', rows: [row('春节', '2027-02-05', '2027-02-11', '2月20日')] }
    expect(noticeFaults(form, 2027)).toEqual({})
    expect(noticeInput(form, 2027, 3)).toEqual({
      notice: '国办发明电〔2026〕8号',
      holidays: [{ name: '春节', from: '2027-02-05', to: '2027-02-11', work: ['2027-02-20'] }],
      version: 3,
    })
  })
})
