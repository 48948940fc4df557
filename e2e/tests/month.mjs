import { SINCE, SITTING } from '../lib/month/cast.mjs'
import { month } from '../lib/month/story.mjs'

export const since = SINCE
export const patience = 600_000

export const tests = {
  'a month of a unit: the office at the desk, those who walk about with the phone': (app) => month(app, SITTING),
}
