import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { Problem } from '@/api/client'
import type { Me, Role } from '@/api/types'
import { queryClient } from '@/lib/query'
import * as api from './api'
import { mainRole } from './model'

/** Who is signed in. The only thing the browser knows by itself; all else is asked of the server. */
export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const known = ref(false)
  const expired = ref(false)

  const roles = computed<Role[]>(() => me.value?.roles ?? [])
  const role = computed(() => mainRole(roles.value))
  const today = computed(() => me.value?.today ?? new Date().toISOString().slice(0, 10))

  async function load(): Promise<Me | null> {
    if (known.value) return me.value
    try {
      me.value = await api.readMe()
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error
      me.value = null
    }
    known.value = true
    return me.value
  }

  async function signIn(login: string, password: string): Promise<Me> {
    me.value = await api.signIn(login, password)
    known.value = true
    expired.value = false
    queryClient.clear()
    return me.value
  }

  function forget(wasExpired: boolean): void {
    expired.value = wasExpired && me.value !== null
    me.value = null
    known.value = true
    queryClient.clear()
  }

  async function signOut(): Promise<void> {
    await api.signOut().catch(() => undefined)
    forget(false)
  }

  async function changePassword(current: string, next: string): Promise<void> {
    await api.changePassword(current, next)
    if (me.value) me.value = { ...me.value, must_change_password: false }
  }

  return { me, known, expired, roles, role, today, load, signIn, signOut, forget, changePassword }
})
