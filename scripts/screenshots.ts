/** Pictures of the page for the documentation: the demo, well and with a broken image. Effects: runs halcyon and a browser, writes docs/images. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBrowser } from '../test/support/browser.ts'
import { startHalcyon, untilApi } from '../test/support/halcyon-process.ts'

const root = join(import.meta.dirname, '..')
const images = process.argv[2] ?? join(root, 'docs', 'images')
const data = mkdtempSync(join(tmpdir(), 'halcyon-pictures-'))

interface Picture {
  readonly file: string
  readonly path: string
  /** On the page when it is ready. */
  readonly text: string
  readonly scheme?: 'light' | 'dark'
  readonly width?: number
  /** Brought into view. */
  readonly show?: string
}

const pictures: readonly Picture[] = [
  { file: 'home', path: '/', text: 'Needs you' },
  { file: 'home-phone', path: '/', text: 'Needs you', width: 390 },
  { file: 'applications', path: '/applications', text: 'shop-staging' },
  { file: 'application', path: '/applications/shop-staging', text: 'ImagePullBackOff' },
  { file: 'application-phone', path: '/applications/shop-staging', text: 'ImagePullBackOff', width: 390 },
  {
    file: 'graph-dark',
    path: '/applications/shop-staging?tab=graph',
    text: 'on the way',
    scheme: 'dark',
    show: '.graph',
  },
]

async function main(): Promise<void> {
  await using halcyon = startHalcyon(['up', '--demo', '--data', data, '--listen', '127.0.0.1:0'])
  await using browser = await startBrowser()
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', join(data, 'demo', 'fleet'), ...args], { stdio: 'ignore' })
  await untilApi(data, 'the demo to be well', async (api) => {
    const overview = await api.overview()
    return overview.applications > 5 && overview.counts.quiet === overview.applications
  })
  git('cherry-pick', 'origin/broken-image')
  git('push')
  await untilApi(
    data,
    'the broken image',
    async (api) => {
      return (await api.overview()).counts.needsYou > 0
    },
    120,
  )
  for (const { file, path, text, scheme = 'light', width = 1200, show } of pictures) {
    const link = await untilApi(data, 'a link', (api) => api.signInLink())
    await using context = await browser.newContext({
      viewport: { width, height: width < 500 ? 844 : 800 },
      colorScheme: scheme,
    })
    const page = await context.newPage()
    await page.goto(link)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.goto(new URL(path, link).href)
    await page.locator('main').getByText(text).first().waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    if (show !== undefined) await page.locator(show).scrollIntoViewIfNeeded()
    await page.screenshot({ path: join(images, `${file}.png`) })
    console.log(`${file}.png`)
  }
  halcyon.stop()
  await halcyon.finished
}

try {
  await main()
} finally {
  rmSync(data, { recursive: true, force: true })
}
