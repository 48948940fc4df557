import { ref } from 'vue'
import { explain, fieldErrors } from '@/lib/problems'
import { queryClient } from '@/lib/query'

/** Sends a change of the organisation and lets every picker know. */
export function useOrgForm() {
  const busy = ref(false)
  const failed = ref('')
  const errors = ref<Record<string, string>>({})

  async function send<T>(run: () => Promise<T>): Promise<T | null> {
    if (busy.value) return null
    busy.value = true
    failed.value = ''
    errors.value = {}
    try {
      const answer = await run()
      for (const key of ['units', 'persons', 'people-of']) void queryClient.invalidateQueries({ queryKey: [key] })
      return answer
    } catch (cause) {
      errors.value = fieldErrors(cause)
      failed.value = explain(cause)
      // Somebody else saved first: the list is read again, what was typed stays in the dialog.
      void queryClient.invalidateQueries({ queryKey: ['units'] })
      void queryClient.invalidateQueries({ queryKey: ['persons'] })
      return null
    } finally {
      busy.value = false
    }
  }
  return { busy, failed, errors, send }
}
