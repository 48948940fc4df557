import { SINCE, SWAPPED } from '../lib/month/cast.mjs'
import { month } from '../lib/month/story.mjs'

export const since = SINCE
export const patience = 600_000

export const tests = {
  'the same month with desk and phone changed about, wherever the product offers both': (app) => month(app, SWAPPED),
}
