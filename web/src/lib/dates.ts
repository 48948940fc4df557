/** Days are 'YYYY-MM-DD' text and instants RFC 3339 with the area's offset: both are read as written, never converted. */

export function dayNumber(day: string): number {
  const [y, m, d] = day.split('-').map(Number)
  return Math.round(Date.UTC(y ?? 1970, (m ?? 1) - 1, d ?? 1) / 86_400_000)
}

export const daysBetween = (from: string, to: string) => dayNumber(to) - dayNumber(from)

export function addDays(day: string, n: number): string {
  return new Date((dayNumber(day) + n) * 86_400_000).toISOString().slice(0, 10)
}

/** Today by this device's own clock: for when the server cannot be asked. */
export function localDay(now: Date = new Date()): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}

/** 1 = Monday … 7 = Sunday. */
export function weekday(day: string): number {
  return ((dayNumber(day) + 3) % 7) + 1
}

export function monthStart(day: string): string {
  return `${day.slice(0, 7)}-01`
}

export function monthEnd(day: string): string {
  const [y, m] = day.split('-').map(Number)
  return new Date(Date.UTC(y ?? 1970, m ?? 1, 0)).toISOString().slice(0, 10)
}

/** '11-30' in this year, '2027-01-15' in another. */
export function shortDay(day: string | null, today: string): string {
  if (!day) return ''
  return day.slice(0, 4) === today.slice(0, 4) ? day.slice(5) : day
}

/** The day and the minute of an instant, as the area's clock showed them. */
export function clock(instant: string | null): { day: string; time: string } {
  if (!instant) return { day: '', time: '' }
  return { day: instant.slice(0, 10), time: instant.slice(11, 16) }
}

export function shortInstant(instant: string | null, today: string): string {
  const { day, time } = clock(instant)
  if (!day) return ''
  return day === today ? time : `${shortDay(day, today)} ${time}`
}
