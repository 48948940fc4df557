/** By which ways somebody can be reached, and by which they are. */
import type { Address, AddressKind, Channel, Reached } from '@/api/types'

/** A gateway and what it knows of the person. */
export interface Place {
  gateway: string
  address: Address | null
}
export interface Reach {
  /** What goes to the telephone: short messages, calls. */
  phone: Channel[]
  /** Official accounts, bound by a code that is scanned. */
  accounts: Place[]
  /** Work messengers, whose ids administrators keep. */
  messengers: Place[]
  /** Whether there is mail at all, and the mailbox that is bound. */
  mail: boolean
  mailbox: Address | null
  /** Whether browsers can be told, and those that are. */
  push: boolean
  browsers: Address[]
}

export function reachOf({ ways, addresses }: Pick<Reached, 'ways' | 'addresses'>): Reach {
  const of = (kind: AddressKind) => ways.filter((way) => way.kind === kind)
  const places = (kind: AddressKind): Place[] =>
    of(kind).map(({ gateway }) => ({
      gateway,
      address: addresses.find((one) => one.kind === kind && one.gateway === gateway) ?? null,
    }))
  return {
    phone: [...new Set(of('phone').map(({ channel }) => channel))],
    accounts: places('openid'),
    messengers: places('userid'),
    mail: of('mailbox').length > 0,
    mailbox: addresses.find(({ kind }) => kind === 'mailbox') ?? null,
    push: of('browser').length > 0,
    browsers: addresses.filter(({ kind }) => kind === 'browser'),
  }
}

/** Nothing leaves the house. */
export const isInnerOnly = ({ phone, accounts, messengers, mail, push }: Reach) =>
  !phone.length && !accounts.length && !messengers.length && !mail && !push

const HOUSES = ['wecom', 'dingtalk', 'feishu'] as const
/** The messenger that a gateway's code speaks of; nothing where it was given another name. */
export const houseOf = (gateway: string) => HOUSES.find((house) => gateway.startsWith(house)) ?? null

const SYSTEMS: readonly [RegExp, string][] = [
  [/HarmonyOS|OpenHarmony/, 'HarmonyOS'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]
const BROWSERS: readonly [RegExp, string][] = [
  [/Edg(A|iOS)?\//, 'Edge'],
  [/Firefox\/|FxiOS/, 'Firefox'],
  [/QIHU|360SE|360EE/, '360'],
  [/OPR\//, 'Opera'],
  [/Chrome\/|CriOS/, 'Chrome'],
  [/Safari\//, 'Safari'],
]
/** What a browser is called until its owner calls it something else. */
export function deviceName(agent: string): string {
  const named = (list: readonly [RegExp, string][]) => list.find(([words]) => words.test(agent))?.[1]
  return [named(SYSTEMS), named(BROWSERS)].filter(Boolean).join(' · ')
}

/** What keeps this browser from showing notices. */
export type Hindrance = 'insecure' | 'embedded' | 'home' | 'unsupported' | 'denied'
export interface Surroundings {
  secure: boolean
  embedded: boolean
  agent: string
  able: boolean
  permission: string
}
export function hindranceOf({ secure, embedded, agent, able, permission }: Surroundings): Hindrance | null {
  if (!secure) return 'insecure'
  if (embedded) return 'embedded'
  // On these the browser itself cannot; what lies on the home screen can.
  if (!able) return /iPhone|iPad/.test(agent) ? 'home' : 'unsupported'
  return permission === 'denied' ? 'denied' : null
}

/** How long a code can be waited for: by the server's clock, but a device whose clock is wrong waits for some while, too. */
export const waitFor = (expires: string, now: number) =>
  Math.min(Math.max(Date.parse(expires) - now, 60_000), 15 * 60_000)
