import { describe, expect, it } from 'vitest'
import { createSSRApp } from 'vue'
import { renderToString } from 'vue/server-renderer'
import SentenceText from './SentenceText'

const shown = (text: string) => renderToString(createSSRApp(SentenceText, { text }))

describe('a sentence', () => {
  it('keeps each of its days in one piece and its words as they are', async () => {
    expect(await shown('期限由2026-03-27改为2026-03-31')).toBe(
      '<!--[-->期限由<span style="white-space:nowrap;">2026-03-27</span>改为<span style="white-space:nowrap;">2026-03-31</span><!--]-->',
    )
    expect(await shown('编号 2026-0001')).toBe('<!--[-->编号 2026-0001<!--]-->')
    expect(await shown('<b>')).toBe('<!--[-->&lt;b&gt;<!--]-->')
  })
})
