import { describe, expect, it } from 'vitest'
import type { Address, Way } from '@/api/types'
import { deviceName, hindranceOf, houseOf, isInnerOnly, reachOf, waitFor } from './model'

const way = (gateway: string, channel: Way['channel'], kind: Way['kind']): Way => ({ gateway, channel, kind })
const address = (id: string, kind: Address['kind'], gateway = '') => ({ id, kind, gateway }) as Address

describe('how somebody is reached', () => {
  const ways = [
    way('sms', 'sms', 'phone'),
    way('sms2', 'sms', 'phone'),
    way('voice', 'voice', 'phone'),
    way('wechat', 'wechat', 'openid'),
    way('wecom', 'wechat', 'userid'),
    way('mail', 'email', 'mailbox'),
    way('push', 'push', 'browser'),
  ]
  it('is said by kind, each with what is known', () => {
    const addresses = [
      address('a', 'openid', 'wechat'),
      address('b', 'mailbox'),
      address('c', 'browser', 'push'),
      address('d', 'browser', 'push'),
    ]
    const reach = reachOf({ ways, addresses })
    expect(reach.phone).toEqual(['sms', 'voice'])
    expect(reach.accounts.map((one) => one.address?.id)).toEqual(['a'])
    expect(reach.messengers).toEqual([{ gateway: 'wecom', address: null }])
    expect([reach.mail, reach.mailbox?.id]).toEqual([true, 'b'])
    expect([reach.push, reach.browsers.map((one) => one.id)]).toEqual([true, ['c', 'd']])
  })
  it('does not take what one gateway knows for what another does', () => {
    const two = [way('one', 'wechat', 'openid'), way('two', 'wechat', 'openid')]
    const { accounts } = reachOf({ ways: two, addresses: [address('a', 'openid', 'two')] })
    expect(accounts.map((one) => one.address?.id ?? null)).toEqual([null, 'a'])
  })
  it('is by messages inside alone where nothing is configured', () => {
    expect(isInnerOnly(reachOf({ ways: [], addresses: [] }))).toBe(true)
    for (const one of ways) expect(isInnerOnly(reachOf({ ways: [one], addresses: [] })), one.kind).toBe(false)
  })
  it('names a messenger whose gateway is called after it', () => {
    expect([houseOf('wecom-main'), houseOf('dingtalk'), houseOf('feishu'), houseOf('inner-im')]).toEqual([
      'wecom',
      'dingtalk',
      'feishu',
      null,
    ])
  })
})

describe('a browser', () => {
  it('is called after its system and its maker', () => {
    const windows =
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'
    expect(deviceName(windows)).toBe('Windows · Chrome')
    expect(deviceName(`${windows} Edg/126.0`)).toBe('Windows · Edge')
    expect(
      deviceName(
        'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1',
      ),
    ).toBe('iPhone · Safari')
    expect(deviceName('Mozilla/5.0 (Linux; Android 13; Pixel 7) Chrome/126.0.0.0 Mobile Safari/537.36')).toBe(
      'Android · Chrome',
    )
    expect(deviceName('something else')).toBe('')
  })
  it('is told what keeps it from showing notices, the first thing first', () => {
    const well = { secure: true, embedded: false, agent: 'Windows', able: true, permission: 'default' }
    expect(hindranceOf(well)).toBeNull()
    expect(hindranceOf({ ...well, permission: 'granted' })).toBeNull()
    expect(hindranceOf({ ...well, permission: 'denied' })).toBe('denied')
    expect(hindranceOf({ ...well, able: false })).toBe('unsupported')
    expect(hindranceOf({ ...well, able: false, agent: 'iPhone' })).toBe('home')
    expect(hindranceOf({ ...well, embedded: true, able: false })).toBe('embedded')
    expect(hindranceOf({ ...well, secure: false, able: false, embedded: true })).toBe('insecure')
  })
})

describe('a code', () => {
  it('is waited for as long as it is good, and on a clock that is wrong for some while', () => {
    const now = Date.parse('2026-11-26T09:00:00+08:00')
    expect(waitFor('2026-11-26T09:10:00+08:00', now)).toBe(600_000)
    expect(waitFor('2026-11-29T09:15:00+08:00', now)).toBe(900_000)
    expect(waitFor('2026-11-26T08:00:00+08:00', now)).toBe(60_000)
  })
})
