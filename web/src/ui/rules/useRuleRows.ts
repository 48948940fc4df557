import type { Ref } from 'vue'
import type { Bounds, Typed } from './numbers'

interface Page<R extends object> {
  view: Readonly<Ref<{ defaults: R } | undefined>>
  editing: Readonly<Ref<boolean>>
  shown: Readonly<Ref<Typed<R> | undefined>>
  base: Readonly<Ref<R | undefined>>
  form: {
    sheet: Readonly<Ref<{ rules: Typed<R> }>>
    faults: Readonly<Ref<Record<string, string>>>
    put: (to: Typed<R>, still: (name: string) => boolean) => void
  }
}
interface RuleWords<R> {
  /** How a row is called; how its field is, where that is read alone. */
  label: (key: keyof R) => string
  name: (key: keyof R) => string
  value: (key: keyof R, is: R[keyof R]) => string
}

/** The rows of rules that stand beside each other: what each says, and what becomes of what is typed. */
export function useRuleRows<R extends object>(page: Page<R>, words: RuleWords<R>) {
  const { view, editing, shown, base, form } = page
  const put = <K extends keyof R>(key: K, value: Typed<R>[K]) =>
    form.put({ ...form.sheet.value.rules, [key]: value }, (name) => name !== key)
  const changed = (key: keyof R) => editing.value && shown.value?.[key] !== base.value?.[key]
  /** Its words and what it was delivered with, where that is another. */
  function row(key: keyof R & string) {
    const standard = view.value?.defaults[key]
    const same = standard === undefined || shown.value?.[key] === standard
    return {
      label: words.label(key),
      editing: editing.value,
      standard: same ? undefined : words.value(key, standard),
      error: form.faults.value[key],
      onRestore: () => standard !== undefined && put(key, standard as Typed<R>[typeof key]),
    }
  }
  /** The same of a number, with its field. */
  const number = (key: keyof R & string, bounds: Bounds) => ({
    ...row(key),
    name: words.name(key),
    bounds,
    modelValue: (shown.value?.[key] ?? '') as number | '',
    changed: changed(key),
    'onUpdate:modelValue': (value: number | '') => put(key, value as Typed<R>[typeof key]),
  })
  return { put, changed, row, number }
}
