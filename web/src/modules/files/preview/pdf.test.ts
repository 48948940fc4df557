import { describe, expect, it } from 'vitest'
import { showsPdf } from './pdf'

const ANDROID = 'Mozilla/5.0 (Linux; Android 13; Pixel 7) Chrome/126.0 Mobile Safari/537.36'

describe('a PDF in the page', () => {
  it('is shown where the browser can, and before browsers could say so on anything but Android', () => {
    expect(showsPdf({ userAgent: 'Mozilla/5.0 (Windows NT 10.0)', pdfViewerEnabled: true })).toBe(true)
    expect(showsPdf({ userAgent: 'Mozilla/5.0 (Windows NT 10.0) Chrome/87' })).toBe(true)
    expect(showsPdf({ userAgent: ANDROID })).toBe(false)
    expect(showsPdf({ userAgent: ANDROID, pdfViewerEnabled: false })).toBe(false)
  })
  it('is not shown inside WeChat and WeCom on Android', () => {
    expect(showsPdf({ userAgent: `${ANDROID} MicroMessenger/8.0`, pdfViewerEnabled: true })).toBe(false)
    expect(showsPdf({ userAgent: 'Mozilla/5.0 (iPhone) MicroMessenger/8.0', pdfViewerEnabled: true })).toBe(true)
  })
})
