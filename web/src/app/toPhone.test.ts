import { beforeEach, describe, expect, it } from 'vitest'
import { betterOnPhone, chooseDesk, isPhone, onPhone } from './toPhone'

const WECHAT = 'Mozilla/5.0 (Linux; Android 13; Pixel 7) Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.50'
const at = (pathname: string, search = '', hash = '') => ({ pathname, search, hash }) as Location

describe('the phone’s program', () => {
  beforeEach(() => localStorage.clear())
  it('shows under the same address what both have, and nothing of what only the desk has', () => {
    expect(onPhone(at('/'))).toBe('/m')
    expect(onPhone(at('/tasks/01a2', '?from=wx', '#s9'))).toBe('/m/tasks/01a2?from=wx#s9')
    expect(onPhone(at('/tasks/01a2/decompose'))).toBe('/m/tasks/01a2/decompose')
    expect(onPhone(at('/sign-in', '?next=/tasks/1'))).toBe('/m/sign-in?next=/tasks/1')
    for (const path of ['/calendar', '/org', '/files', '/series/new', '/rules/reminders', '/tasks/1/act/sign'])
      expect(onPhone(at(path)), path).toBeNull()
  })
  it('is for telephones, in whatever they open it', () => {
    expect(isPhone(WECHAT)).toBe(true)
    expect(isPhone('Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148 MicroMessenger/8.0')).toBe(
      true,
    )
    expect(isPhone('Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 ArkWeb/4.1 Mobile')).toBe(true)
    expect(
      isPhone('Mozilla/5.0 (Windows NT 10.0; WOW64) Chrome/108 Safari/537.36 MicroMessenger/7.0 WindowsWechat'),
    ).toBe(false)
    expect(isPhone('Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) Mobile/15E148')).toBe(false)
    expect(isPhone('Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0 Safari/537.36')).toBe(false)
  })
  it('leaves alone whoever has chosen the desk’s', () => {
    expect(betterOnPhone(at('/tasks/1'), WECHAT)).toBe('/m/tasks/1')
    chooseDesk(true)
    expect(betterOnPhone(at('/tasks/1'), WECHAT)).toBeNull()
    chooseDesk(false)
    expect(betterOnPhone(at('/tasks/1'), WECHAT)).toBe('/m/tasks/1')
  })
})
