import { SINCE, SITTING } from '../lib/month/cast.mjs'
import { month } from '../lib/month/story.mjs'

/** The month is long: one way of walking it on each database. */
export const only = 'sqlite'
export const since = SINCE
/** Over a hundred steps; on a busy machine they take their time. */
export const patience = 480_000

export const tests = {
  'a month of a unit: the office at the desk, those who walk about with the phone': (app) => month(app, SITTING),
}
