#!/usr/bin/env node
// Draws public/icons/*.png from the SVGs beside this file, with the browser of the browser tests:
// `node web/build/icons/draw.mjs`. The pictures are committed; run it again only when an SVG changes.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch } from '../../../e2e/lib/browser.mjs'

const HERE = import.meta.dirname
const OUT = join(HERE, '../../public/icons')
const browser = await launch()
for (const [from, to, size] of [
  ['mark', 'mark-192', 192],
  ['mark', 'mark-512', 512],
  ['mark-maskable', 'mark-maskable-512', 512],
  // iOS cuts the corners itself and paints what is transparent black.
  ['mark-maskable', 'mark-apple-180', 180],
]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  const svg = readFileSync(join(HERE, `${from}.svg`), 'utf8')
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`)
  writeFileSync(join(OUT, `${to}.png`), await page.screenshot({ omitBackground: true }))
  await page.close()
}
await browser.close()
