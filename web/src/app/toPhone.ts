import { recall, remember } from '@/lib/storage'

/** Pages that both programs have, under the same address. */
const SAME =
  /^\/(todo|tasks(\/[^/]+(\/(edit|decompose))?)?|urges|progress|overdue|orders(\/[^/]+)?|search|inbox|burden|reach|delegation|series(\/(?!new$)[^/]+)?|templates(\/[^/]+)?|sign-in|password)?\/?$/

/** Where the phone's program shows the same; null where it has no such page. */
export function onPhone({ pathname, search = '', hash = '' }: Partial<Location> & { pathname: string }): string | null {
  return SAME.test(pathname) ? `/m${pathname === '/' ? '' : pathname}${search}${hash}` : null
}

/** A telephone, also inside WeChat and WeCom; no tablet, and neither of them on a computer. */
export const isPhone = (agent: string) => /Mobile/i.test(agent) && !/iPad|Windows NT|Macintosh|X11/i.test(agent)

/** Whoever wants the desk's pages on a telephone has said so there: 打开电脑版. */
const DESK = 'sbc.desk'
export const chooseDesk = (chosen: boolean) => remember(DESK, chosen || null)

/** Where this address should rather be opened; null where it is right as it is. */
export function betterOnPhone(at: Location = location, agent = navigator.userAgent): string | null {
  return isPhone(agent) && !recall(DESK, false) ? onPhone(at) : null
}
