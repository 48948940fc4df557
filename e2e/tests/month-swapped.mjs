import { SINCE, SWAPPED } from '../lib/month/cast.mjs'
import { month } from '../lib/month/story.mjs'

/** The month is long: one way of walking it on each database. */
export const only = 'postgres'
export const since = SINCE
/** Over a hundred steps; on a busy machine they take their time. */
export const patience = 480_000

export const tests = {
  'the same month with desk and phone changed about, wherever the product offers both': (app) => month(app, SWAPPED),
}
