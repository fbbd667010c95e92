/** What a browser loads before it shows the first page: JavaScript, compressed, without the graph. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { silentLogger } from '../../src/runtime/logger.ts'
import { createWebPage } from '../../src/web-page.ts'

const budget = 200_000

test('the first load is inside its budget, and has no script in the page itself', async () => {
  const page = createWebPage({ projectDir: join(import.meta.dirname, '..', '..'), logger: silentLogger })
  await page.ensure(new AbortController().signal)
  const state = page.state()
  if (state.state !== 'ready') throw new Error(JSON.stringify(state))
  const html = readFileSync(join(state.directory, 'index.html'), 'utf8')
  const scripts = [...html.matchAll(/(?:src|modulepreload" crossorigin href)="(\/assets\/[^"]+\.js)"/g)].map(
    ([, path]) => path ?? '',
  )
  expect(scripts.length).toBeGreaterThan(0)
  const bytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(state.directory, path))).length, 0)
  console.log(`first load: ${(bytes / 1000).toFixed(0)} kB of JavaScript, compressed; budget ${budget / 1000} kB`)
  expect(bytes).toBeLessThan(budget)
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style/)
})
