import { computed, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { onBeforeRouteLeave } from 'vue-router'
import { Problem } from '@/api/client'
import { useDraft } from '@/lib/draft'
import { uuid } from '@/lib/id'
import { explain, fieldErrors } from '@/lib/problems'
import { queryClient } from '@/lib/query'
import { remember } from '@/lib/storage'
import { historyOf, isView, nextOf, type HistoryRow, type Said, type Version, type VersionsView } from './versions'

export interface RulesInput<R> {
  rules: R
  reason: string
  /** What was looked at. */
  version: number
  /** Missing for today. */
  from_day?: string
}
interface Sheet<R, D> {
  /** What was looked at when the change began; -1 while nothing is being changed. */
  version: number
  base: R
  rules: D
  reason: string
  from: string
}
type Words = Record<string, string>

/** What a set of rules is: `D` is how it stands in the fields, where that is not what is sent; `T` what a trial answers. */
export interface RulesKind<R, D, T> {
  /** Under which the view is kept, and under which an unsaved change is kept in this browser. */
  key: readonly string[]
  draft: string
  view: () => VersionsView<R> | undefined
  today: () => string
  /** What differs, each as a sentence. */
  differ: (from: R, to: R) => Said[]
  /** What somebody changed, put upon what others have written meanwhile. */
  rebased: (mine: R, base: R, theirs: R) => R
  /** What is sent for what stands in the fields. */
  settled: (rules: D, base: R) => R
  typed: (rules: R) => D
  /** What is wrong by itself, by the name of its field. */
  faults?: (rules: D) => Words
  write: (input: RulesInput<R>, key: string) => Promise<VersionsView<R>>
  saved?: () => void
  /** Missing where nothing can be tried. `given` is what else its answer depends on. */
  trial?: { ask: (rules: R) => Promise<T>; given?: () => unknown }
}

/** As much of a change as its frame needs. */
export interface RulesForm {
  rows: Readonly<Ref<HistoryRow<Said>[]>>
  next: Readonly<Ref<Version<unknown> | undefined>>
  /** What the next version has another than the present one. */
  ahead: Readonly<Ref<Said[]>>
  sheet: Ref<{ reason: string; from: string }>
  editing: Readonly<Ref<boolean>>
  changes: Readonly<Ref<Said[]>>
  faults: Readonly<Ref<Words>>
  /** Something is wrong by itself, so that asking is of no use. */
  unfit: Readonly<Ref<boolean>>
  restored: Readonly<Ref<boolean>>
  busy: Readonly<Ref<boolean>>
  failed: Readonly<Ref<string>>
  /** The versions others saved while this change was being made. */
  news: Readonly<Ref<HistoryRow<Said>[]>>
  tries: boolean
  tried: Readonly<Ref<boolean>>
  /** What was tried is what stands here; always so where nothing is tried. */
  current: Readonly<Ref<boolean>>
  touched: () => boolean
  begin: () => void
  drop: () => void
  /** The next step: a trial, or saving. Answers from when what was saved is in force. */
  press: () => Promise<string | null>
}

/** The fields of the frame; all others are of the rules. */
const OURS = /^(reason|from_day)$/

/**
 * A change of rules: begun, tried, given a reason and a day, saved. Until then it is kept in this browser. Where somebody was
 * faster, what was changed here is put upon theirs and has to be tried again.
 */
export function useRulesDraft<R extends object, D extends object = R, T = null>(kind: RulesKind<R, D, T>) {
  const { t } = useI18n()
  const { today, view, trial: trying } = kind
  const empty = (): Sheet<R, D> => ({ version: -1, base: {} as R, rules: {} as D, reason: '', from: '' })
  const sheet = ref(empty()) as Ref<Sheet<R, D>>
  const editing = computed(() => sheet.value.version >= 0)
  const rules = computed(() => (editing.value ? kind.settled(sheet.value.rules, sheet.value.base) : sheet.value.base))
  const changes = computed(() => (editing.value ? kind.differ(sheet.value.base, rules.value) : []))
  const touched = () => editing.value && (changes.value.length > 0 || unfit.value || !!sheet.value.reason.trim())
  const own = computed(() => (editing.value ? (kind.faults?.(sheet.value.rules) ?? {}) : {}))
  const unfit = computed(() => Object.keys(own.value).length > 0)
  const kept = useDraft(kind.draft, sheet, () => !touched())
  const restored = ref(kept.restored)
  const busy = ref(false)
  const failed = ref('')
  const refused = ref<Words>({})
  const faults = computed<Words>(() => ({ ...refused.value, ...own.value }))
  const since = ref<number | null>(null)
  const trial = ref(null) as Ref<T | null>
  const asked = ref('')
  let key = uuid()

  const rows = computed(() => {
    const now = view()
    return now ? historyOf(now, today(), kind.differ) : []
  })
  const next = computed(() => nextOf(rows.value))
  const ahead = computed(() => {
    const now = view()
    return now && next.value ? kind.differ(now.rules, next.value.rules) : []
  })
  const news = computed(() => {
    const seen = since.value
    return seen === null ? [] : rows.value.filter((row) => row.version.version > seen)
  })
  const question = computed(() => JSON.stringify([sheet.value.rules, trying?.given?.()]))
  const tried = computed(() => trial.value !== null)
  const current = computed(() => !trying || (tried.value && asked.value === question.value))

  const keep = (still: (name: string) => boolean) =>
    (refused.value = Object.fromEntries(Object.entries(refused.value).filter(([name]) => still(name))))
  watch(
    () => sheet.value.reason,
    () => keep((name) => name !== 'reason'),
  )
  watch(
    () => sheet.value.from,
    () => keep((name) => name !== 'from_day'),
  )

  function begin(): void {
    const now = view()
    if (!now) return
    sheet.value = { version: now.version, base: now.rules, rules: kind.typed(now.rules), reason: '', from: today() }
    restored.value = false
    reset()
  }
  function drop(): void {
    sheet.value = empty()
    reset()
  }
  function reset(): void {
    since.value = null
    trial.value = null
    refused.value = {}
    failed.value = ''
    remember(kind.draft, null)
  }
  /** What was wrong with something that is being changed is asked anew; `still` names what else stays wrong. */
  function put(to: D, still: (name: string) => boolean = () => false): void {
    sheet.value = { ...sheet.value, rules: to }
    failed.value = ''
    keep((name) => OURS.test(name) || still(name))
  }
  function join(now: VersionsView<R>): void {
    const { version, base } = sheet.value
    since.value = version
    const mine = kind.typed(kind.rebased(rules.value, base, now.rules))
    sheet.value = { ...sheet.value, version: now.version, base: now.rules, rules: mine }
    trial.value = null
  }
  // What was kept from last time may be older than what holds now.
  watch(
    view,
    (now) => {
      if (now && restored.value && editing.value && now.version !== sheet.value.version) join(now)
      if (sheet.value.from && sheet.value.from < today()) sheet.value.from = today()
    },
    { immediate: true },
  )

  async function run<A>(ask: () => Promise<A>): Promise<A | null> {
    if (busy.value) return null
    busy.value = true
    failed.value = ''
    refused.value = {}
    try {
      return await ask()
    } catch (cause) {
      const problem = cause instanceof Problem ? cause : null
      if (problem && problem.status >= 400 && problem.status < 500) key = uuid()
      if (problem?.isStale && isView<R>(problem.current)) {
        queryClient.setQueryData(kind.key, problem.current)
        join(problem.current)
      } else {
        const fields = Object.entries(fieldErrors(cause))
        refused.value = Object.fromEntries(fields.map(([name, text]) => [name.replace(/^rules\./, ''), text]))
        failed.value = explain(cause)
      }
      return null
    } finally {
      busy.value = false
    }
  }

  async function press(): Promise<string | null> {
    if (unfit.value || !changes.value.length) return null
    if (current.value) return save()
    const now = question.value
    const answer = trying && (await run(() => trying.ask(rules.value)))
    if (answer) {
      trial.value = answer
      asked.value = now
    }
    return null
  }
  async function save(): Promise<string | null> {
    const { version, reason, from } = sheet.value
    const missing: Words = {}
    if (!reason.trim()) missing['reason'] = t('common.error.empty', { what: t('rules.draft.reason') })
    if (!from) missing['from_day'] = t('common.error.empty', { what: t('rules.draft.from') })
    else if (from < today()) missing['from_day'] = t('rules.draft.fromPast')
    refused.value = missing
    if (Object.keys(missing).length) return null
    // Today is the server's, which a page that has been open since yesterday does not know.
    const later = from > today() ? { from_day: from } : {}
    const input = { rules: rules.value, reason: reason.trim(), version, ...later }
    const answer = await run(() => kind.write(input, key))
    if (!answer) return null
    key = uuid()
    drop()
    queryClient.setQueryData(kind.key, answer)
    kind.saved?.()
    return answer.history[0]?.from_day ?? from
  }

  onBeforeRouteLeave(() => {
    if (!touched()) return true
    // At once: what is said to be kept must be, however soon the page goes.
    remember(kind.draft, sheet.value)
    return window.confirm(t('rules.draft.leave'))
  })

  return {
    rows,
    next,
    ahead,
    sheet,
    editing,
    changes,
    faults,
    unfit,
    restored,
    busy,
    failed,
    news,
    tries: !!trying,
    trial,
    tried,
    current,
    touched,
    begin,
    drop,
    put,
    press,
  } satisfies RulesForm & Record<string, unknown>
}
