/** Each application of the demo fleet by itself, synced, looked at again, restarted and met by a newcomer without memory: nothing is written twice. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { ensureDemo } from '../../src/demo.ts'
import { git } from '../support/git-server.ts'
import { startCluster, startSystem, temporaryDirectory } from '../support/start-system.ts'

const examplesDir = join(import.meta.dirname, '..', '..', 'examples')
const examples = ['apps', 'platform'].flatMap((folder) =>
  readdirSync(join(examplesDir, 'fleet', folder)).map((file) => ({ file: `${folder}/${file}` })),
)

test('every example is met', () => {
  expect(examples.length).toBeGreaterThanOrEqual(10)
})

test.for(examples)('$file', async ({ file }) => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path, { simulate: { speed: 10 } })
  const { bare, clone } = await ensureDemo({ dataDir: directory.path, examplesDir })
  // A branch on which this one is the only Application at its path.
  await git(clone, 'checkout', '--quiet', '-b', 'only')
  mkdirSync(join(clone, 'only'))
  await git(clone, 'mv', file, 'only/only.yaml')
  await git(clone, '-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '-m', 'Only one')
  await git(clone, 'push', '--quiet', 'origin', 'only')
  const { name } = (parse(readFileSync(join(clone, 'only', 'only.yaml'), 'utf8')) as { metadata: { name: string } })
    .metadata
  const up = (config: { dataDir?: string } = {}) =>
    startSystem({ directory: directory.path, cluster, repo: bare, revision: 'only', path: 'only', config })
  {
    await using first = await up()
    const engine = first.context.system
    // An app of apps is done when its children are.
    await first.until(
      'every application',
      () =>
        engine.allSettled() &&
        engine.applications().every((view) => view.sync.status === 'Synced' && view.health.status === 'Healthy'),
    )
    await first.healthy(name)
    const { mutating } = engine.statistics().requests
    expect(mutating).toBeGreaterThan(0)
    await engine.refresh(undefined, { hard: true })
    await engine.settled()
    expect(engine.statistics().requests.mutating).toBe(mutating)
  }
  for (const again of [{}, { dataDir: join(directory.path, 'another') }]) {
    await using second = await up(again)
    await second.healthy(name)
    await second.context.system.settled()
    expect(second.context.system.statistics().requests.mutating).toBe(0)
  }
})
