/** A notice on days off as it is typed or pasted: texts in, days out. */
import type { NoticeInput } from '@/api/types'
import { daysBetween } from '@/lib/dates'
import { uuid } from '@/lib/id'
import { dayOf, yearOf, type Holiday } from './model'

export interface HolidayRow {
  key: string
  name: string
  from: string
  to: string
  /** As typed: “2月14日、2月28日”. */
  work: string
}
export interface NoticeForm {
  notice: string
  rows: HolidayRow[]
}

/** The days off of the law, in the order of a notice; their dates come with it. */
export const FESTIVALS = ['元旦', '春节', '清明节', '劳动节', '端午节', '中秋节', '国庆节'] as const
export const MOST_ROWS = 20

const exists = (day: string) => {
  const date = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
}
const ONE_DAY = /^(?:(\d{4})[-年/.])?(\d{1,2})[-月/.](\d{1,2})日?$/

/** Days as people write and paste them; what is no day is told apart. */
export function readDays(text: string, year: number): { days: string[]; wrong: string[] } {
  const plain = text.replace(/[（(][^）)]*[）)]/g, '').replace(/(上班|补班)[。.]?/g, '')
  const days: string[] = []
  const wrong: string[] = []
  for (const word of plain.split(/[、，,;；。和及\s]+/).filter(Boolean)) {
    const match = ONE_DAY.exec(word)
    const day = match ? dayOf(Number(match[1] ?? year), Number(match[2]), Number(match[3])) : ''
    if (!match || !exists(day)) wrong.push(word)
    else if (!days.includes(day)) days.push(day)
  }
  return { days: days.sort(), wrong }
}

/** Short where the year goes without saying. */
export const writeDays = (days: readonly string[], year: number) =>
  days
    .map((day) => {
      const short = `${Number(day.slice(5, 7))}月${Number(day.slice(8))}日`
      return yearOf(day) === year ? short : `${day.slice(0, 4)}年${short}`
    })
    .join('、')

const SPAN =
  /(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日(?:(?:至|—|－|-)(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日)?[^。；]*?(?:放假|休息)/
const WORK = /((?:\d{4}年)?\d{1,2}月\d{1,2}日(?:[、，和及](?:\d{4}年)?\d{1,2}月\d{1,2}日)*)[^。；]*?上班/

/** A notice's text, holiday by holiday: “二、春节：2月15日至23日放假调休，共9天。2月14日、2月28日上班。” */
export function readNotice(text: string, year: number): { notice: string; year: number; holidays: Holiday[] } {
  const about = Number(/(\d{4})年(?:部分)?节假日/.exec(text)?.[1] ?? year)
  const notice = /国办发明电\s*[〔[（(]\d{4}[〕\])）]\s*\d+\s*号/.exec(text)?.[0].replace(/\s+/g, '') ?? ''
  const plain = text.replace(/[（(][^）)]*[）)]/g, '').replace(/[ \t\u3000]+/g, '')
  const holidays: Holiday[] = []
  for (const match of plain.matchAll(/[一二三四五六七八九十]、([^：:。\n]{1,20})[：:]([^\n]*)/g)) {
    const said = match[2] ?? ''
    const span = SPAN.exec(said)
    if (!span) continue
    const [, y1, m1, d1, y2, m2, d2] = span
    const firstYear = Number(y1 ?? year)
    const from = dayOf(firstYear, Number(m1), Number(d1))
    const to = d2 ? dayOf(Number(y2 ?? firstYear), Number(m2 ?? m1), Number(d2)) : from
    const { days } = readDays(WORK.exec(said)?.[1] ?? '', year)
    holidays.push({ name: match[1] ?? '', from, to, work: days })
  }
  return { notice, year: about, holidays }
}

export const rowOf = (holiday: Partial<Holiday>, year: number): HolidayRow => ({
  key: uuid(),
  name: holiday.name ?? '',
  from: holiday.from ?? '',
  to: holiday.to ?? '',
  work: writeDays(holiday.work ?? [], year),
})

export type Fault = 'empty' | 'backwards' | 'year' | 'notDays' | 'both' | 'none'

/** What is wrong, by field: `holidays.2.to`. The server looks again. */
export function noticeFaults(form: NoticeForm, year: number): Record<string, { fault: Fault; what?: string }> {
  const faults: Record<string, { fault: Fault; what?: string }> = {}
  if (!form.notice.trim()) faults['notice'] = { fault: 'empty' }
  if (!form.rows.length) faults['holidays'] = { fault: 'none' }
  const near = (day: string) => yearOf(day) === year || day.startsWith(`${year - 1}-12`)
  const off = (day: string) => form.rows.some((row) => row.from && row.to && day >= row.from && day <= row.to)
  form.rows.forEach((row, index) => {
    const at = (name: string, fault: Fault, what?: string) =>
      (faults[`holidays.${index}.${name}`] ??= what ? { fault, what } : { fault })
    if (!row.name.trim()) at('name', 'empty')
    if (!row.from) at('from', 'empty')
    else if (!near(row.from)) at('from', 'year')
    if (!row.to) at('to', 'empty')
    else if (!near(row.to)) at('to', 'year')
    else if (row.from && daysBetween(row.from, row.to) < 0) at('to', 'backwards')
    const { days, wrong } = readDays(row.work, year)
    const far = days.find((day) => !near(day))
    const both = days.find(off)
    if (wrong[0]) at('work', 'notDays', wrong[0])
    else if (far) at('work', 'year', far)
    else if (both) at('work', 'both', both)
  })
  return faults
}

export const noticeInput = (form: NoticeForm, year: number, version: number): NoticeInput => ({
  notice: form.notice.trim(),
  holidays: form.rows.map(({ name, from, to, work }) => ({
    name: name.trim(),
    from,
    to,
    work: readDays(work, year).days,
  })),
  version,
})
