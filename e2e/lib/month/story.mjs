import { firstReport, handOut, sign } from './begin.mjs'
import { Cast } from './cast.mjs'
import { archive, close, copy, everyRequest, figures, ledger } from './end.mjs'
import { everyMonth, goingOn, lateReport, moreTime, otherRequests, riskAndWaiting } from './middle.mjs'

const CHAPTERS = [
  handOut,
  sign,
  firstReport,
  riskAndWaiting,
  everyMonth,
  lateReport,
  moreTime,
  otherRequests,
  goingOn,
  close,
  figures,
  archive,
  copy,
  everyRequest,
  ledger,
]

/** March 2026 in the economic bureau, from Monday morning to the last day: one chapter after the other, nobody signs in twice. */
export async function month(app, shells) {
  const cast = await Cast.gather(app, shells)
  for (const chapter of CHAPTERS) {
    const since = Date.now()
    await chapter(cast)
    app.note(`${chapter.name} ${((Date.now() - since) / 1000).toFixed(1)} s`)
  }
}
