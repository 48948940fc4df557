/** How long a page may take for one step. Generous: a test that passes never waits for it. */
export const PATIENCE = 15_000

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/**
 * Asks again until the answer is good: `ask` answers something truthy, or throws or answers falsy while it is not there yet.
 * Gives up with what was waited for, what came last, and how long.
 */
export async function until(what, ask, patience = PATIENCE) {
  let waited = 0
  let last
  for (let step = 20; ; step = Math.min(200, step * 1.5)) {
    const start = Date.now()
    try {
      last = await ask()
      if (last) return last
    } catch (error) {
      last = error
    }
    if (waited > patience) {
      const said = last instanceof Error ? last.message : JSON.stringify(last)
      throw new Error(`waited ${patience / 1000} s for ${what}; last: ${said}`)
    }
    await pause(step)
    // A machine that stood still for a while is not a page that did: one round counts for five seconds at most.
    waited += Math.min(5000, Date.now() - start)
  }
}

/** Ends `work` with an error that says what took too long. */
export async function within(ms, what, work) {
  let timer
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`${what} took longer than ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
