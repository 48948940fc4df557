import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { breakOff, Problem } from '@/api/client'
import type { Me, Role } from '@/api/types'
import { localDay } from '@/lib/dates'
import { mark } from '@/lib/marks'
import { silence, silenceOthers } from '@/lib/notices'
import { claimShelf, clearShelf, keepAs, keptOr } from '@/lib/offline'
import { queryClient } from '@/lib/query'
import { recall, remember } from '@/lib/storage'
import * as api from './api'
import { mainRole } from './model'

/** Signed out without a line: the cookie is not ours to delete, so the server still has to be told. */
const LEAVING = 'sbc.leaving'

/** Tells the server of a sign-out it has not heard of; false while it cannot be told. */
async function leave(): Promise<boolean> {
  if (!recall(LEAVING, false)) return true
  try {
    await api.signOut()
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 0 || error.status >= 500) return false
  }
  remember(LEAVING, null)
  return true
}

/** What was kept says of which day it is; the day goes on without the server. */
const onThisDay = (kept: Me): Me => ({ ...kept, today: kept.today > localDay() ? kept.today : localDay() })

/** Who is signed in. The only thing the browser knows by itself; all else is asked of the server. */
export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const known = ref(false)
  const expired = ref(false)

  const roles = computed<Role[]>(() => me.value?.roles ?? [])
  const role = computed(() => mainRole(roles.value))
  /** Names of those the reader acts for today. */
  const actsFor = computed(() => (me.value?.acts_for ?? []).map((person) => person.name).join(mark('、')))
  const today = computed(() => me.value?.today ?? localDay())

  async function load(): Promise<Me | null> {
    if (known.value) return me.value
    try {
      // Whoever left without a line has left: the server is told before anything else is asked.
      me.value = (await leave()) ? await keptOr<Me>('me', () => api.readMe().then(settle), onThisDay) : null
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error
      me.value = null
      await clearShelf()
    }
    known.value = true
    return me.value
  }

  /** The server says who it is; when it says so late, and it is somebody else, nothing of the first stays. */
  async function settle(now: Me): Promise<Me> {
    if (me.value && me.value.person.id !== now.person.id) queryClient.clear()
    void silenceOthers(now.person.id)
    await claimShelf(now.person.id)
    await keepAs('me', now)
    if (me.value) me.value = now
    return now
  }

  async function signIn(login: string, password: string): Promise<Me> {
    await leave()
    const now = await api.signIn(login, password)
    remember(LEAVING, null)
    queryClient.clear()
    me.value = null
    await settle(now)
    me.value = now
    known.value = true
    expired.value = false
    return now
  }

  /**
   * Asked again while one works: the session goes on, and the day with the server's. Answers whether somebody else is here
   * now; a broken line changes nothing.
   */
  async function refresh(): Promise<boolean> {
    const before = me.value?.person.id
    const now = before && (await api.readMe())
    // Whoever left while this was under way stays away.
    if (!now || me.value?.person.id !== before) return false
    if (now.person.id !== before) return heardOf(now.person.id)
    await settle(now)
    return false
  }

  function empty(): void {
    me.value = null
    breakOff()
    queryClient.clear()
  }

  function forget(wasExpired: boolean): void {
    // Several requests learn of the end; only the first of them still finds somebody here.
    if (me.value) expired.value = wasExpired
    known.value = true
    empty()
    void clearShelf()
  }

  /** Another tab has somebody else now, or nobody: this one asks again who it is. */
  function heardOf(reader: string | null): boolean {
    if (!me.value || me.value.person.id === reader) return false
    known.value = false
    empty()
    return true
  }

  async function signOut(): Promise<void> {
    remember(LEAVING, true)
    void silence()
    forget(false)
    const told = leave()
    // A line that hangs does not keep anybody here; the server is told later.
    await Promise.race([told, new Promise((done) => setTimeout(done, 3000))])
  }

  async function changePassword(current: string, next: string): Promise<void> {
    await api.changePassword(current, next)
    if (me.value) me.value = { ...me.value, must_change_password: false }
  }

  return {
    me,
    known,
    expired,
    roles,
    role,
    actsFor,
    today,
    load,
    signIn,
    signOut,
    leave,
    refresh,
    forget,
    heardOf,
    changePassword,
  }
})
