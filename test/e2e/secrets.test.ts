/** A secret value goes through everything that happens to an application, and is nowhere afterwards but in the cluster and in Git. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/runtime/clock.ts'
import { openStore } from '../../src/store/open-store.ts'
import { createRepository } from '../support/git-server.ts'
import { runHalcyon, startHalcyon, untilApi } from '../support/halcyon-process.ts'
import { startCluster, temporaryDirectory } from '../support/start-system.ts'

const secrets = { group: '', kind: 'Secret' }
const canaries = [
  'canary-first-3f9a',
  'canary-second-77c1',
  'canary-drift-e04b',
  'canary-refused-51d8',
  'canary-values-9b2e',
]
const [first = '', second = '', drift = '', refused = '', inValues = ''] = canaries

function secret(value: string, extra = ''): string {
  return `apiVersion: v1\nkind: Secret\nmetadata: { name: shop }\n${extra}stringData: { password: ${value} }\ndata: { token: ${base64(`${value}-token`)} }\n`
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** As plain text, and as base64 at each of the three alignments that text can have within a longer one. */
function forms(value: string): string[] {
  const shifted = [0, 1, 2].map((skip) => {
    const encoded = base64('.'.repeat(skip) + value)
    return encoded.slice(skip === 0 ? 0 : skip + 1, -4)
  })
  return [value, ...shifted]
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** What was applied is kept compressed; a search through the file would not see into it. */
async function bundleTexts(directory: string): Promise<string[]> {
  await using store = await openStore(directory, { clock: systemClock })
  using database = new DatabaseSync(join(directory, 'halcyon.db'))
  const digests = database
    .prepare('SELECT digest FROM bundles')
    .all()
    .map((row) => String(row['digest']))
  const all = await Promise.all(digests.map((digest) => store.bundle(digest)))
  return all.map((bytes) => inflateRawSync(bytes ?? Buffer.alloc(0)).toString('utf8'))
}

function leaks(text: string): string[] {
  return canaries.filter((value) => forms(value).some((form) => text.includes(form)))
}

test('sync, change, drift, refusal and failure: no file, answer or output holds a secret value', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path, { simulate: { speed: 10 } })
  const chart = {
    'k8s/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    'k8s/values.yaml': `password: ${inValues}\n`,
    'k8s/templates/chart-secret.yaml':
      'apiVersion: v1\nkind: Secret\nmetadata: { name: from-chart }\nstringData: { password: {{ .Values.password }} }\n',
  }
  const repository = await createRepository(directory.path, 'shop', {
    ...chart,
    'k8s/templates/secret.yaml': secret(first),
  })
  const data = join(directory.path, 'data')
  const up = ['up', '--repo', repository.path, '--path', 'k8s', '--kubeconfig', cluster.kubeconfig, '--data', data]
  await using process = startHalcyon([...up, '--poll', '1s'], { env: { HALCYON_LOG_LEVEL: 'debug' } })
  const outputs: string[] = []
  const say = async (...args: string[]) => {
    const { stdout, stderr } = await runHalcyon([...args, '--data', data])
    outputs.push(stdout, stderr)
    return stdout
  }
  const everything = async () => {
    for (const command of [['status'], ['get', 'shop'], ['why', 'shop'], ['diff', 'shop'], ['events', 'shop']])
      await say(...command)
    await untilApi(data, 'the answers', async (api) => {
      const answers = await Promise.all([
        api.status(),
        api.applications(),
        api.application('shop'),
        api.why('shop'),
        api.history('shop'),
        api.events({ limit: 1_000 }),
        api.decisions(),
        // What cannot be rendered has neither.
        api.plan('shop').catch(String),
        api.manifests('shop').catch(String),
      ])
      outputs.push(JSON.stringify(answers))
      return true
    })
    return say('render', 'shop')
  }
  const passwordIs = async (value: string) => {
    const found = await cluster.get(secrets, 'default', 'shop')
    return (found?.['data'] as Record<string, string> | undefined)?.['password'] === base64(value)
  }
  const until = (what: string, look: () => Promise<boolean>) => untilApi(data, what, look)
  const settled = () =>
    until('the end of the sync', async () => {
      const [app] = await untilApi(data, 'the applications', (api) => api.applications())
      return app?.sync.status === 'Synced' && app.health.status === 'Healthy' && app.operation?.phase === 'Succeeded'
    })

  await until('the first sync', () => passwordIs(first))
  await settled()
  await everything()
  await repository.commit({ 'k8s/templates/secret.yaml': secret(second) })
  await until('the change', () => passwordIs(second))

  const resource = (await cluster.client.discovery()).resource(secrets)
  if (resource === undefined) throw new Error('the cluster serves no Secrets')
  // Drift that cannot be healed for a while stays to be seen, with both values.
  cluster.sandbox.intercept((request) => {
    if (request.method !== 'PATCH' || !request.path.endsWith('/secrets/shop')) return undefined
    if (request.query.get('fieldManager') === 'kubectl-edit') return undefined
    const message = `Secret "shop" is invalid: data[password]: Invalid value: "${refused}": must be long`
    return {
      status: 422,
      body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 422, reason: 'Invalid', message },
    }
  })
  await cluster.client.patch(
    resource,
    { namespace: 'default', name: 'shop' },
    { data: { password: base64(drift) } },
    { fieldManager: 'kubectl-edit' },
  )
  await until('the refusal', async () => (await say('status')).includes('Invalid value'))
  const rendered = await everything()
  expect(rendered).toContain('name: shop')
  cluster.sandbox.intercept(undefined)
  await until('the heal', () => passwordIs(second))

  await repository.commit({ 'k8s/templates/secret.yaml': secret(second, 'broken: [\n') })
  await until('the broken manifest', async () => (await say('status')).includes('Cannot render'))
  await everything()
  process.stop()
  const { stdout, stderr } = await process.finished

  for (const text of [...outputs, stdout, stderr]) expect(leaks(text)).toEqual([])
  // The repository is read where it is, and the tools are what anybody can download.
  const files = filesBelow(data).filter((file) => !relative(data, file).startsWith('tools/'))
  expect(files.length).toBeGreaterThan(3)
  const leaking = files.filter((file) => leaks(readFileSync(file, 'latin1')).length > 0)
  expect(leaking.map((file) => relative(data, file))).toEqual([])
  const bundles = await bundleTexts(join(data, 'store'))
  expect(bundles.join('\n')).toContain('from-chart')
  expect(leaks(bundles.join('\n'))).toEqual([])
  const open = files.filter((file) => (statSync(file).mode & 0o077) !== 0)
  expect(open.map((file) => relative(data, file))).toEqual([])
  expect(statSync(data).mode & 0o077).toBe(0)
})
