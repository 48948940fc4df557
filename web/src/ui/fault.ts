import { nextTick } from 'vue'

/** Leads to the first field of a form that is wrong, or to the words of a refusal, once they are drawn. */
export async function showFault(form: HTMLElement | null | undefined, also = '.is-invalid input'): Promise<void> {
  await nextTick()
  const wrong = form?.querySelector<HTMLElement>(`[aria-invalid="true"], ${also}`)
  if (wrong) wrong.focus()
  else form?.querySelector('[role="alert"]')?.scrollIntoView({ block: 'center' })
}
