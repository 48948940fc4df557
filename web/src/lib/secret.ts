import { shallowRef } from 'vue'
import { type Problem, whenSecret } from '@/api/client'

/** What the person is asked about at the moment. */
export interface SecretQuestion {
  problem: Problem
  answer: (yes: boolean) => void
}
export const question = shallowRef<SecretQuestion | null>(null)

/** Asks, one question after the other. */
export function askWhenSecret(): void {
  let last: Promise<unknown> = Promise.resolve()
  whenSecret((problem) => {
    const asked = last.then(
      () =>
        new Promise<boolean>((done) => {
          question.value = {
            problem,
            answer: (yes) => {
              question.value = null
              done(yes)
            },
          }
        }),
    )
    last = asked
    return asked
  })
}
