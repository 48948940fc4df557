import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { onBeforeRouteLeave } from 'vue-router'
import { Problem } from '@/api/client'
import type { SourceKind } from '@/api/types'
import { useDraft } from '@/lib/draft'
import { uuid } from '@/lib/id'
import { explain, fieldErrors } from '@/lib/problems'
import { remember } from '@/lib/storage'
import { addKind, changeKind } from '../api'
import { kindsChanged, tasksChanged } from '../composables/useTasks'
import {
  changesBetween,
  draftOf,
  emptyKind,
  inputOf,
  rebased,
  stillWrong,
  touched,
  type Changed,
  type KindDraft,
} from './model'

interface Sheet {
  /** The kind it is about; empty while one is being added, null while nothing is being changed. */
  code: string | null
  /** What was looked at when the change began. */
  version: number
  base: KindDraft
  draft: KindDraft
}
const closed = (): Sheet => ({ code: null, version: 0, base: emptyKind(), draft: emptyKind() })
const isKind = (value: unknown): value is SourceKind =>
  typeof value === 'object' && value !== null && 'fields' in value && 'retention' in value

/** A kind that is being changed or added; until it is saved it is kept in this browser. */
export function useKindForm(kinds: () => readonly SourceKind[] | undefined, person: string) {
  const { t } = useI18n()
  const key = `sbc.kinds.${person}`
  const sheet = ref<Sheet>(closed())
  const dirty = computed(() => sheet.value.code !== null && touched(sheet.value.draft, sheet.value.base))
  const kept = useDraft(key, sheet, () => !dirty.value)
  const restored = ref(kept.restored)
  const busy = ref(false)
  const failed = ref('')
  const errors = ref<Record<string, string>>({})
  /** What somebody else changed meanwhile; nothing where nobody did. */
  const news = ref<Changed[] | null>(null)
  /** Why the shape of a field stays what it is, by the field. */
  const locked = ref<Record<string, string>>({})
  let intent = uuid()

  function calm(): void {
    failed.value = ''
    errors.value = {}
    news.value = null
    locked.value = {}
  }
  function open(kind: SourceKind | null): void {
    const fresh = () => (kind ? draftOf(kind) : emptyKind())
    sheet.value = { code: kind?.code ?? '', version: kind?.version ?? 0, base: fresh(), draft: fresh() }
    restored.value = false
    calm()
  }
  /** Back to what is there. */
  function drop(): void {
    remember(key, null)
    const now = kinds()?.find((kind) => kind.code === sheet.value.code)
    if (now) open(now)
    else {
      sheet.value = closed()
      calm()
    }
  }
  /** Whether what is being changed may be left. */
  const leave = () => !dirty.value || window.confirm(t('kinds.leave'))

  function join(now: SourceKind): void {
    const theirs = draftOf(now)
    const { base, draft, code } = sheet.value
    news.value = changesBetween(base, theirs)
    sheet.value = { code, version: now.version, base: theirs, draft: rebased(draft, base, theirs) }
  }
  // What was kept from last time may be older than what is there; what nobody touched follows.
  watch(
    kinds,
    (all) => {
      const now = all?.find((kind) => kind.code === sheet.value.code)
      if (!now || now.version === sheet.value.version) return
      if (restored.value && dirty.value) join(now)
      else if (!dirty.value) open(now)
    },
    { immediate: true },
  )
  // A fault goes away as its part is changed; where fields are moved, its place would be another's.
  watch(
    () => JSON.stringify(sheet.value.draft),
    (now, before) => {
      errors.value = stillWrong(errors.value, JSON.parse(before) as KindDraft, JSON.parse(now) as KindDraft)
      if (!Object.keys(errors.value).length) failed.value = ''
    },
    { flush: 'sync' },
  )

  /** A field with values keeps its shape: it goes back to what it was, and says why. */
  function lock(found: Record<string, string>): Record<string, string> {
    const rest = new Map(Object.entries(found))
    sheet.value.draft.fields.forEach((row, at) => {
      const old = sheet.value.base.fields.find(({ id }) => id === row.id)
      const why = rest.get(`fields.${at}.shape`)
      if (!why || !old) return
      row.shape = old.shape
      locked.value = { ...locked.value, [row.id]: why }
      rest.delete(`fields.${at}.shape`)
    })
    return Object.fromEntries(rest)
  }

  async function save(): Promise<SourceKind | null> {
    const { code, version, draft } = sheet.value
    if (busy.value || code === null) return null
    busy.value = true
    failed.value = ''
    errors.value = {}
    try {
      const input = inputOf(draft)
      const saved = code ? await changeKind(code, version, input) : await addKind(input, intent)
      intent = uuid()
      open(saved)
      remember(key, null)
      await kindsChanged()
      tasksChanged()
      return saved
    } catch (cause) {
      const problem = cause instanceof Problem ? cause : null
      if (problem && problem.status >= 400 && problem.status < 500) intent = uuid()
      if (problem?.isStale && isKind(problem.current)) {
        join(problem.current)
        void kindsChanged()
      } else {
        errors.value = lock(fieldErrors(cause))
        failed.value = explain(cause)
      }
      return null
    } finally {
      busy.value = false
    }
  }

  onBeforeRouteLeave(() => {
    if (!dirty.value) return true
    remember(key, sheet.value)
    return leave()
  })
  return { sheet, dirty, restored, busy, failed, errors, news, locked, open, drop, leave, save }
}
