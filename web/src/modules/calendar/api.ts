import { del, get, post, put } from '@/api/client'
import type { CalendarOverview, CalendarYear, LocalDayInput, NoticeInput } from '@/api/types'

export const readCalendar = () => get<CalendarOverview>('/calendar')
export const readYear = (year: number) => get<CalendarYear>(`/calendar/years/${year}`)
export const setDay = (input: LocalDayInput) => post<CalendarOverview>('/calendar/days', input)
export const removeDay = (day: string, version: number, reason: string) =>
  del<CalendarOverview>(`/calendar/days/${day}`, { version, reason })
export const setNotice = (year: number, input: NoticeInput) => put<CalendarOverview>(`/calendar/years/${year}`, input)
