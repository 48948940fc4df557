import { ref, watchEffect } from 'vue'
import { recall, remember } from './storage'

export type Theme = 'auto' | 'light' | 'dark'
const KEY = 'sbc.theme'
export const theme = ref<Theme>(recall<Theme>(KEY, 'auto'))
export const dark = ref(false)

/** Puts the chosen theme on <html>; 'auto' follows the system. */
export function startTheme(): void {
  const media = window.matchMedia('(prefers-color-scheme: dark)')
  const system = ref(media.matches)
  media.addEventListener('change', (event) => (system.value = event.matches))
  watchEffect(() => {
    dark.value = theme.value === 'dark' || (theme.value === 'auto' && system.value)
    const root = document.documentElement
    root.dataset['theme'] = dark.value ? 'dark' : 'light'
    root.classList.toggle('dark', dark.value)
    // The browser's own bar follows what was chosen, not only the system.
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
      meta.content = dark.value ? '#171c23' : '#ffffff'
    }
    remember(KEY, theme.value)
  })
}
