import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TaskDetail, TaskRow } from '@/api/types'
import { toast } from '@/lib/toast'
import { linkTasks, mergeTask } from '../api'
import { LINK_CHOICES, linkInput, type LinkChoice } from '../life'
import { useKeptSubmit } from './useKeptSubmit'

export interface Linking {
  detail: TaskDetail
  action: 'link' | 'merge'
}

/** Linking a task with another one, or ending it in favour of that one, which is shown then. */
export function useLink(props: Linking, close: () => void, show: (id: string) => unknown) {
  const { t } = useI18n()
  const other = ref<TaskRow | null>(null)
  const choice = ref<LinkChoice>('before')
  const reason = ref('')
  const form = useKeptSubmit(() => props.detail.task.id, props.action, { reason })
  form.follow({ other_id: () => [other.value, choice.value], into_id: other, reason })
  const options = computed(() => LINK_CHOICES.map((value) => ({ value, label: t(`life.link.choice.${value}`) })))
  const fault = computed(() => form.errors.value['other_id'] ?? form.errors.value['into_id'])

  async function submit(): Promise<void> {
    const { id, version } = props.detail.task
    const merging = props.action === 'merge'
    const faults: Record<string, string> = {}
    if (!other.value) faults['other_id'] = t('life.link.need')
    if (merging && !reason.value.trim()) {
      faults['reason'] = t('common.error.empty', { what: t('life.merge.reason') })
    }
    form.errors.value = faults
    const to = other.value
    if (!to || Object.keys(faults).length) return
    if (merging) {
      const body = { version, into_id: to.id, reason: reason.value.trim() }
      if (!(await form.submit((key) => mergeTask(id, body, key)))) return
      toast(t('life.merge.done'))
      await show(to.id)
      return
    }
    const said = linkInput(choice.value, id, to.id)
    if (!(await form.submit((key) => linkTasks(said.of, said.kind, said.to, key)))) return
    toast(t('life.link.done'))
    close()
  }
  return { form, other, choice, reason, options, fault, submit }
}
