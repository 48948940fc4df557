import { encode } from 'uqr'

/** Pixels of one module: sharp on a screen of double density. */
const MODULE = 8

/** A code to be scanned, as a picture: only pictures are understood when they are pressed in WeChat. Black on white whatever the theme. */
export function drawn(text: string): string {
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size * MODULE
  const pen = canvas.getContext('2d')
  if (!pen) return ''
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.fillStyle = '#000'
  data.forEach((row, y) => row.forEach((dark, x) => dark && pen.fillRect(x * MODULE, y * MODULE, MODULE, MODULE)))
  return canvas.toDataURL('image/png')
}
