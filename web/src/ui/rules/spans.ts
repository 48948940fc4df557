/** Times of a day as rules name them: one span or several, in order. */
export interface Span {
  from: string
  to: string
}
export const MOST_SPANS = 4
export type SpanFault = 'empty' | 'backwards' | 'order'

export const spansWords = (spans: readonly Span[], joint: string) =>
  spans.map(({ from, to }) => `${from}–${to}`).join(joint)

/** What is wrong with them, as the server would find it; a field that was emptied is no time. */
export function spansFault(spans: readonly Span[]): SpanFault | null {
  if (!spans.length || spans.some(({ from, to }) => !from || !to)) return 'empty'
  if (spans.some(({ from, to }) => from >= to)) return 'backwards'
  return spans.some((one, n) => n > 0 && one.from < (spans[n - 1]?.to ?? '')) ? 'order' : null
}

/** Another span behind the last one: two hours, as far as the day goes. */
export function oneMore(spans: readonly Span[]): Span[] {
  const last = spans.at(-1)?.to || '08:00'
  const hour = Math.min(Number(last.slice(0, 2)) + 2, 23)
  const to = `${String(hour).padStart(2, '0')}:${hour === 23 ? '59' : last.slice(3, 5)}`
  return [...spans, { from: last, to }]
}
