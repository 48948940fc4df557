import type { Field, SourceKind, TaskRow } from '@/api/types'

/** What else is written down about the tasks of a kind: in a form, and in a cell. */

/** As it stands in a form: several choices are a list, everything else is text. */
export type FieldDraft = string | string[]
export type FieldDrafts = Record<string, FieldDraft>

/** Of a task of which nobody has said where it comes from. */
const UNSAID = 'other'
export const kindOf = (kinds: readonly SourceKind[], code: string): SourceKind | undefined =>
  kinds.find((kind) => kind.code === (code || UNSAID))
/** Those that may be chosen; the one that stands there already stays. */
export const choosable = (kinds: readonly SourceKind[], current = ''): SourceKind[] =>
  kinds.filter((kind) => kind.active || kind.code === current)
/** Those that are filled in. */
export const openFields = (kind: SourceKind | undefined): Field[] => kind?.fields.filter((field) => field.active) ?? []

/** Each kind has its own: what was typed is there again when the kind is changed back. */
export const draftKey = (kind: string, code: string) => `${kind || UNSAID}/${code}`
export const saysNothing = (draft: FieldDraft | undefined): boolean =>
  draft === undefined || (Array.isArray(draft) ? !draft.length : !draft.trim())

/** What a phone has kept from before there were fields says nothing of them. */
export function draftsOf(task: Pick<TaskRow, 'source_kind'> & Partial<Pick<TaskRow, 'fields'>>): FieldDrafts {
  return Object.fromEntries(
    (task.fields ?? []).map(({ code, value }) => [
      draftKey(task.source_kind, code),
      Array.isArray(value) ? value.map(String) : String(value),
    ]),
  )
}

/** What is sent: all fields of the kind that can be filled in, emptied ones as nothing. */
export function fieldsInput(fields: readonly Field[], kind: string, drafts: FieldDrafts) {
  return Object.fromEntries(
    fields.map(({ code }) => {
      const draft = drafts[draftKey(kind, code)]
      return [code, draft === undefined || saysNothing(draft) ? null : draft]
    }),
  )
}

/** Fields that a task does not go out without, and that say nothing. */
export const unsaid = (fields: readonly Field[], kind: string, drafts: FieldDrafts): Field[] =>
  fields.filter((field) => field.required && saysNothing(drafts[draftKey(kind, field.code)]))

/** Thousands apart, no more decimals than there are. */
export const figure = (value: number): string => value.toLocaleString('zh-CN', { maximumFractionDigits: 4 })

/** What stands in a cell below a heading that names the measure. */
export function cellText(field: Field, row: Pick<TaskRow, 'fields'>): string {
  const said = row.fields.find((one) => one.code === field.code)
  if (!said) return ''
  return typeof said.value === 'number' ? figure(said.value) : said.words
}
/** A field's heading: 所需资金（万元）. */
export const headingOf = ({ name, measure }: Pick<Field, 'name' | 'measure'>, open: string, close: string): string =>
  measure ? `${name}${open}${measure}${close}` : name
