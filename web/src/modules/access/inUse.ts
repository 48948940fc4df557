const OFTEN = 30 * 60_000
/** How long after the last press or key somebody still counts as working. */
const AT_WORK = 3_600_000
const MINUTE = 60_000
/** The area's day, whatever the clock of the device is set to. */
const dayAt = (moment: number) => Math.floor((moment + 8 * 3_600_000) / 86_400_000)
const SIGNS = ['pointerdown', 'keydown', 'wheel'] as const

/**
 * Asks now and then while somebody works on a page that was opened long ago, and when a new day has begun. A page that
 * nobody uses asks for nothing: its session ends in time. Answers how to stop.
 */
export function whileInUse(ask: () => Promise<unknown>): () => void {
  let asked = Date.now()
  let used = Date.now()
  let asking = false

  async function look(): Promise<void> {
    const now = Date.now()
    if (asking || document.visibilityState !== 'visible' || now - used > AT_WORK) return
    if (now - asked < OFTEN && dayAt(now) === dayAt(asked)) return
    asking = true
    try {
      await ask()
      asked = now
    } catch {
      // The next minute is another try.
    } finally {
      asking = false
    }
  }
  const use = () => {
    used = Date.now()
    void look()
  }
  const show = () => document.visibilityState === 'visible' && use()
  // Each minute, because a device that slept has not counted the hours.
  const tick = setInterval(() => void look(), MINUTE)
  for (const sign of SIGNS) document.addEventListener(sign, use, { capture: true, passive: true })
  document.addEventListener('visibilitychange', show)
  return () => {
    clearInterval(tick)
    for (const sign of SIGNS) document.removeEventListener(sign, use, { capture: true })
    document.removeEventListener('visibilitychange', show)
  }
}
