/// <reference lib="dom" />
/** What a person does with the page, in a real browser, against the real server and the sandbox. */
import { createRequire } from 'node:module'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startBrowser } from '../support/browser.ts'
import { type GitServer, startGitServer, type TestRepository } from '../support/git-server.ts'
import { type StartedPage, startPage } from '../support/start-page.ts'
import { type RunningSystem, startCluster, startSystem, temporaryDirectory } from '../support/start-system.ts'

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const nasty = '<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>'

const application = (name: string, url: string, more = '') => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name} }
spec:
  project: default
  source: { repoURL: "${url}", path: ${name}, targetRevision: main }
  destination: { server: https://kubernetes.default.svc, namespace: default }
  syncPolicy: { automated: { prune: true, selfHeal: true }${more} }
`
const deployment = (image: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, annotations: { note: ${JSON.stringify(nasty)} } }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "${image}" }] }
`
const setting = (value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { value: ${JSON.stringify(value)} }\n`
const claim = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`

let parts: AsyncDisposableStack
let git: GitServer
let repository: TestRepository
let system: RunningSystem
let served: StartedPage
let browser: Browser
let context: BrowserContext
let page: Page
let complaints: string[]

beforeAll(async () => {
  parts = new AsyncDisposableStack()
  git = parts.use(await startGitServer())
  const directory = parts.use(temporaryDirectory())
  const cluster = parts.use(await startCluster(directory.path))
  repository = await git.createRepository({
    'shop/settings.yaml': setting('one'),
    'web/web.yaml': deployment('registry.example.com/web:v1'),
    'data/claim.yaml': claim,
    'data/settings.yaml': setting('kept').replace('name: settings', 'name: kept'),
  })
  await repository.commit(
    Object.fromEntries(['shop', 'web', 'data'].map((name) => [`apps/${name}.yaml`, application(name, repository.url)])),
  )
  system = parts.use(await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'apps' }))
  served = parts.use(await startPage(system.context.system))
  browser = await startBrowser()
  parts.defer(() => browser.close())
  for (const name of ['shop', 'web', 'data']) await system.healthy(name)
})
afterAll(() => parts?.disposeAsync())

beforeEach(async () => {
  complaints = []
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  context.setDefaultTimeout(10_000)
  page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(served.signInLink())
  await page.getByRole('heading', { level: 1 }).waitFor()
})
afterEach(async () => {
  expect(await page.evaluate(() => 'pwned' in globalThis)).toBe(false)
  expect(complaints).toEqual([])
  await context.close()
})

async function push(files: Parameters<TestRepository['commit']>[0], message: string): Promise<void> {
  await repository.commit(files, message)
  system.context.system.webhook([repository.url])
}

async function axe(): Promise<unknown[]> {
  // By the debugger and not by a script tag, which our policy refuses.
  const source = await import('node:fs/promises').then((fs) => fs.readFile(axePath, 'utf8'))
  await page.evaluate(source)
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: {
        run(where: Document, options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
      }
    }
    const options = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }
    const { violations } = await checker.run(document, options)
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
  })
}

test('a link signs in once, and its code is gone from the address', async () => {
  expect(page.url()).not.toContain('sign-in')
  const link = served.signInLink()
  const first = await browser.newContext()
  await (await first.newPage()).goto(link)
  await first.pages()[0]!.getByRole('link', { name: 'Applications' }).waitFor()
  const cookies = await first.cookies()
  expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }])
  await first.close()
  const second = await browser.newContext()
  const late = await second.newPage()
  await late.goto(link)
  await late.getByText('the link was used before').waitFor()
  await second.close()
})

test('no page has a barrier that axe finds, in light and in dark', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [path, text] of [
      ['/', 'All quiet'],
      ['/applications', 'shop'],
      ['/applications/web', 'Deployment'],
      ['/applications/web?tab=history', 'Succeeded'],
      ['/applications/web?tab=plan', 'Nothing differs'],
      ['/applications/web?tab=graph', 'wave 0'],
      ['/events', 'SyncSucceeded'],
    ] as const) {
      await page.goto(served.url + path)
      await page.locator('main').getByText(text).first().waitFor()
      expect(await axe(), `${colorScheme} ${path}`).toEqual([])
    }
  }
})

test('a change ships while one looks, without a reload', async () => {
  await page.goto(`${served.url}/applications/shop?tab=history`)
  await page.getByText('Succeeded').first().waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  await push({ 'shop/settings.yaml': setting('two') }, `Two ${nasty}`)
  await page.getByText(`Two ${nasty}`).first().waitFor()
  await system.healthy('shop')
})

test('an undo from the page stays undone, and is resumed there', async () => {
  await page.goto(`${served.url}/applications/shop`)
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await page.getByLabel('Why').fill(nasty)
  await page.getByRole('button', { name: 'Undo now' }).click()
  await page.getByText('Undone.').waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('Held by').waitFor()
  expect(system.app('shop')?.hold?.reason).toBe(nasty)
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByText('Held by').waitFor({ state: 'detached' })
  await system.healthy('shop')
})

test('deletes that wait are named, and go when approved', async () => {
  await push({ 'data/claim.yaml': null }, 'No claim')
  await page.goto(served.url)
  await page.getByRole('region', { name: 'Needs you' }).getByRole('link', { name: 'data' }).click()
  await page.getByRole('heading', { name: 'Delete 1 object?' }).waitFor()
  await page.getByText('PersistentVolumeClaim default/data').first().waitFor()
  expect(await axe()).toEqual([])
  await page.getByRole('button', { name: 'Approve deleting 1 object' }).click()
  await page.getByRole('heading', { name: 'Delete 1 object?' }).waitFor({ state: 'detached' })
  await system.until('the claim gone', () => system.app('data')?.objects === 1)
})

test('why it is red: by keyboard only, on a phone, down to the pod', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await push({ 'web/web.yaml': deployment('registry.example.com/web:missing') }, 'A tag that is not there')
  await page.goto(served.url)
  await page.getByRole('link', { name: 'web' }).first().waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('a')
  await page.getByRole('heading', { name: 'Applications' }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('web')
  await page.waitForURL(/q=web/)
  await page.keyboard.press('Escape')
  await page.locator('[data-row] b').first().getByText('web', { exact: true }).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByText('ErrImagePull').or(page.getByText('ImagePullBackOff')).first().waitFor()
  await page
    .getByText(/Pod default\/web-/)
    .first()
    .waitFor()
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBe(0)
  expect(await axe()).toEqual([])
})

test('a lost connection is said, and heals with what happened meanwhile', async () => {
  await page.goto(`${served.url}/events`)
  await page.getByText('Live', { exact: true }).waitFor()
  await served.restart(async () => {
    await page.getByText('Connection lost').waitFor()
    await system.context.system.hold('shop', { initiatedBy: 'ada', reason: 'said while nobody listened' })
  })
  await page.getByText('Live', { exact: true }).waitFor()
  await page.getByText('said while nobody listened').first().waitFor()
  // What the browser itself says of requests that found no server.
  complaints = complaints.filter(
    (text) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY|ERR_CONNECTION_RESET/.test(text),
  )
})
