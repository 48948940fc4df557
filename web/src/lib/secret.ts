import { shallowRef } from 'vue'
import { type Problem, whenSecret, whileHere } from '@/api/client'

/** What the person is asked about at the moment. */
export interface SecretQuestion {
  problem: Problem
  answer: (yes: boolean) => void
}
export const question = shallowRef<SecretQuestion | null>(null)

const ask = (problem: Problem) =>
  new Promise<boolean>((done) => {
    question.value = {
      problem,
      answer: (yes) => {
        question.value = null
        done(yes)
      },
    }
  })

/** Asks, one question after the other; nobody is asked about the words of somebody who has left. */
export function askWhenSecret(): void {
  let last: Promise<unknown> = Promise.resolve()
  whenSecret((problem) => {
    let left = false
    const done = whileHere(() => {
      left = true
      if (question.value?.problem === problem) question.value.answer(false)
    })
    const asked = last.then(() => !left && ask(problem)).finally(done)
    last = asked
    return asked
  })
}
