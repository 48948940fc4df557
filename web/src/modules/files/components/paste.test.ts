import { describe, expect, it } from 'vitest'
import { pastedFiles } from './paste'

const paste = (data: Record<string, string>, files: File[]) =>
  pastedFiles({
    clipboardData: { types: [...Object.keys(data), 'Files'], getData: (type: string) => data[type] ?? '', files },
  } as unknown as ClipboardEvent)
const picture = new File(['x'], 'image.png', { type: 'image/png' })

describe('what is pasted', () => {
  it('is a picture when a screenshot was taken, or one was copied from a page', () => {
    expect(paste({}, [picture])).toEqual([picture])
    expect(paste({ 'text/html': '<img>' }, [picture])).toEqual([picture])
  })
  it('is words when a spreadsheet copied both', () => {
    expect(paste({ 'text/html': '<table>', 'text/plain': '12' }, [picture])).toEqual([])
  })
})
