/** Two soft notes, a fourth apart; `gain` is far below what speech has. */
const NOTES = [
  { at: 0, pitch: 659 },
  { at: 0.16, pitch: 880 },
]
const LENGTH = 0.7
const GAIN = 0.12

async function play(): Promise<void> {
  const context = new AudioContext()
  try {
    // Until somebody has touched the page, browsers keep it silent.
    if (context.state === 'suspended') await Promise.race([context.resume(), pause(200)])
    if (context.state !== 'running') return
    const start = context.currentTime + 0.02
    for (const { at, pitch } of NOTES) {
      const [tone, volume] = [context.createOscillator(), context.createGain()]
      tone.frequency.value = pitch
      volume.gain.setValueAtTime(0, start + at)
      volume.gain.linearRampToValueAtTime(GAIN, start + at + 0.02)
      volume.gain.exponentialRampToValueAtTime(0.0005, start + at + LENGTH)
      tone.connect(volume).connect(context.destination)
      tone.start(start + at)
      tone.stop(start + at + LENGTH)
    }
    await pause(1000)
  } finally {
    await context.close()
  }
}
const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))

/** Sounds once, however many pages are open and however much comes at once. */
export async function chime(): Promise<void> {
  const { locks } = navigator as { locks?: LockManager }
  if (locks) await locks.request('sbc.chime', { ifAvailable: true }, (lock) => (lock ? play() : undefined))
  else await play()
}
