import type { Message } from '@/api/types'

/** Messages under the day they came, newest day first as the server sorted them. */
export function groupByDay(messages: readonly Message[]): { day: string; items: Message[] }[] {
  const groups: { day: string; items: Message[] }[] = []
  for (const message of messages) {
    const day = message.at.slice(0, 10)
    const last = groups[groups.length - 1]
    if (last?.day === day) last.items.push(message)
    else groups.push({ day, items: [message] })
  }
  return groups
}

export const badge = (unread: number) => (unread > 99 ? '99+' : String(unread))
