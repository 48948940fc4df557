import { del, get, post, put } from '@/api/client'
import type { BrowserInput, OpenidCode, Reached } from '@/api/types'

export const myAddresses = () => get<Reached>('/me/addresses')
export const removeAddress = (id: string) => del<Reached>(`/me/addresses/${id}`)
export const openidCode = (gateway: string) => post<OpenidCode>('/me/addresses/openid-codes', { gateway })
export const mailboxCode = (mailbox: string) => post<Reached>('/me/addresses/mailbox-codes', { mailbox })
export const bindMailbox = (code: string) => post<Reached>('/me/addresses/mailbox', { code })
export const bindBrowser = (input: BrowserInput) => post<Reached>('/me/addresses/browsers', input)
export const addressesOf = (person: string) => get<Reached>(`/people/${person}/addresses`)
export const writeUserid = (person: string, gateway: string, value: string | null) =>
  put<Reached>(`/people/${person}/addresses`, { gateway, value })
