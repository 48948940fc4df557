import { reactive } from 'vue'
import { isEmbedded } from '@/lib/host'

interface InstallEvent extends Event {
  prompt(): Promise<void>
  userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }>
}
let offered: InstallEvent | null = null

/** Whether the phone can be put on the home screen from here: by a button, by the browser's own menu, or not at all. */
export const install = reactive({ way: 'none' as 'none' | 'button' | 'menu' })

const installed = () =>
  window.matchMedia('(display-mode: standalone)').matches || (navigator as { standalone?: boolean }).standalone === true

/** iOS asks by itself only in its menu; it has no event for it. */
const isApple = (agent: string) => /iPhone|iPad/.test(agent) && /Safari/.test(agent)

export function listenForInstall(): void {
  if (installed() || isEmbedded()) return
  if (isApple(navigator.userAgent)) install.way = 'menu'
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    offered = event as InstallEvent
    install.way = 'button'
  })
  window.addEventListener('appinstalled', () => {
    offered = null
    install.way = 'none'
  })
}

export async function askToInstall(): Promise<void> {
  const event = offered
  if (!event) return
  await event.prompt()
  // An event can be used once; the browser sends another when it would ask again.
  await event.userChoice
  offered = null
  install.way = 'none'
}
