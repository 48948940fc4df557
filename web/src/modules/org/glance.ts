import type { Figures } from '@/api/types'

/** What a count's conditions add to the query of its row. */
export type CountConditions = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Exactly the tasks that a count is made of. */
export function countLink(figures: Pick<Figures, 'query'>, conditions: CountConditions, count: string) {
  return { name: 'tasks', query: { ...figures.query, ...conditions[count] } }
}

/** A number that can be dialled; one with its middle hidden cannot. */
export const dial = (phone: string | null): string | null =>
  phone && !phone.includes('*') ? `tel:${phone.replace(/[^\d+]/g, '')}` : null
