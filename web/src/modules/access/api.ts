import { del, get, post, put } from '@/api/client'
import type { Me } from '@/api/types'

export const signIn = (login: string, password: string) => post<Me>('/session', { login, password })
export const signOut = () => del('/session')
export const readMe = () => get<Me>('/me')
export const changePassword = (current: string, next: string) => put<void>('/me/password', { current, new: next })
