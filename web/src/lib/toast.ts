import { reactive } from 'vue'

export interface Toast {
  id: number
  text: string
  bad: boolean
}

let last = 0
export const toasts = reactive<Toast[]>([])

export function dismiss(id: number): void {
  const index = toasts.findIndex((toast) => toast.id === id)
  if (index >= 0) toasts.splice(index, 1)
}

/** Says briefly what happened. Failures stay longer. */
export function toast(text: string, bad = false): void {
  const id = ++last
  toasts.push({ id, text, bad })
  setTimeout(() => dismiss(id), bad ? 8000 : 3500)
}
