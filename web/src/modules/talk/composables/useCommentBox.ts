import { computed, nextTick, ref, type Ref } from 'vue'
import type { FileRef, PersonRef } from '@/api/types'
import { useDraft } from '@/lib/draft'
import { useSession } from '@/modules/access'
import { mentionAt, stillNamed, withMention, type Quoting } from '../model'
import { useMentionable } from './useTalk'

export interface CommentDraft {
  text: string
  people: PersonRef[]
  quote: Quoting | null
  /** The refused one it was made of, on the phone. */
  letter?: string
}

/** What is being written, kept until it was sent, with whoever may be addressed while a name is begun. */
export function useCommentBox(taskId: string, field: Ref<HTMLTextAreaElement | undefined>) {
  const session = useSession()
  const empty = (): CommentDraft => ({ text: '', people: [], quote: null })
  const draft = ref(empty())
  const kept = useDraft(`sbc.comment.${session.me?.person.id}.${taskId}`, draft, (now) => !now.text.trim())
  const files = ref<FileRef[]>([])
  /** The name that is being written; nothing while none is. */
  const begun = ref<string | null>(null)
  const found = useMentionable(taskId, begun)
  const at = ref(0)
  const choices = computed(() => (begun.value === null ? [] : (found.data.value ?? [])))

  function look(): void {
    const box = field.value
    begun.value = box ? mentionAt(box.value, box.selectionStart) : null
    at.value = 0
  }
  async function name(person: PersonRef): Promise<void> {
    const box = field.value
    const cursor = box?.selectionStart ?? draft.value.text.length
    const next = withMention(draft.value.text, cursor, person.name)
    draft.value = { ...draft.value, text: next.text, people: [...draft.value.people, person] }
    begun.value = null
    await nextTick()
    box?.focus()
    box?.setSelectionRange(next.cursor, next.cursor)
  }
  /** Whether the key was for the choice of names. */
  function steer(event: KeyboardEvent): boolean {
    const n = choices.value.length
    if (!n || event.isComposing) return false
    if (event.key === 'ArrowDown') at.value = (at.value + 1) % n
    else if (event.key === 'ArrowUp') at.value = (at.value + n - 1) % n
    else if (event.key === 'Escape') begun.value = null
    else if ((event.key === 'Enter' && !event.ctrlKey && !event.metaKey) || event.key === 'Tab') {
      const chosen = choices.value[at.value]
      if (chosen) void name(chosen)
    } else return false
    event.preventDefault()
    event.stopPropagation()
    return true
  }
  function body() {
    const { text, people, quote } = draft.value
    return {
      text: text.trim(),
      mention_ids: stillNamed(text, people).map((person) => person.id),
      ...(quote?.comment_id ? { quote_comment_id: quote.comment_id } : {}),
      ...(quote?.seq ? { quote_seq: quote.seq } : {}),
      ...(files.value.length ? { file_ids: files.value.map((file) => file.id) } : {}),
    }
  }
  function clear(): void {
    draft.value = empty()
    files.value = []
    begun.value = null
  }
  return { draft, kept, files, begun, found, choices, at, look, name, steer, body, clear }
}
