import { useQueries } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { readYear } from '../api'
import { yearOf } from '../model'
import { addWorkdays, workdaysBetween } from '../workdays'

/** Working days counted from a day, by the calendar in force; nothing is said before it is known. */
export function useWorkdays(from: MaybeRefOrGetter<string>) {
  const years = computed(() => {
    const year = yearOf(toValue(from))
    return year > 0 ? [year, year + 1] : []
  })
  const queries = useQueries({
    queries: computed(() =>
      years.value.map((year) => ({ queryKey: ['calendar', 'year', year], queryFn: () => readYear(year) })),
    ),
  })
  const specials = computed(() => {
    const read = queries.value.map((query) => query.data)
    if (!read.length || read.some((year) => !year)) return null
    return new Map(read.flatMap((year) => year?.days ?? []).map((one) => [one.day, one]))
  })
  return {
    /** The working days from there to a day, where both years are known. */
    until(day: string): number | null {
      const known = years.value.includes(yearOf(day)) && specials.value
      return known ? workdaysBetween(toValue(from), day, known) : null
    },
    after: (n: number): string | null => specials.value && addWorkdays(toValue(from), n, specials.value),
  }
}
