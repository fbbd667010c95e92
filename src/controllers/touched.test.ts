import { expect, test } from 'vitest'
import type { Application } from '../api/application.ts'
import type { ReadEntry, Sources } from '../pipeline/source/source.ts'
import type { Rendered } from './application-state.ts'
import { createTouches } from './touched.ts'

const never = new AbortController().signal
const url = 'https://git.example.com/fleet.git'

/** Git that knows what changed between `a` and `b`, and counts how often it was asked. */
function gitOf(paths: readonly string[] | Error): Sources & { asked: number } {
  const git = {
    asked: 0,
    open: () => ({
      async changedPaths() {
        git.asked++
        if (paths instanceof Error) throw paths
        return paths.map((path) => ({ path, kind: 'modified' }))
      },
    }),
  }
  return git as unknown as Sources & { asked: number }
}

function rendered(revisions: string[], ...readSets: ReadEntry[][]): Rendered {
  return { revisions, spec: 's', digest: 'd', readSets }
}

function manifest(...sources: object[]): Application {
  return { spec: { sources, destination: {} } } as unknown as Application
}

const shop = [{ kind: 'tree', path: 'apps/shop' }] as ReadEntry[]
const one = manifest({ repoURL: url, path: 'apps/shop' })

const rows: { why: string; paths: string[] | Error; to: string; wanted: boolean; app?: Application }[] = [
  { why: 'the same revision', paths: ['apps/shop/a.yaml'], to: 'a', wanted: false },
  { why: 'something it read changed', paths: ['apps/shop/a.yaml'], to: 'b', wanted: true },
  { why: 'something beside it changed', paths: ['apps/blog/a.yaml', 'README.md'], to: 'b', wanted: false },
  { why: 'a name that only begins the same', paths: ['apps/shopping/a.yaml'], to: 'b', wanted: false },
  { why: 'history that cannot be compared', paths: new Error('no such commit'), to: 'b', wanted: true },
  {
    why: 'a chart has no history to compare',
    paths: [],
    to: 'b',
    wanted: true,
    app: manifest({ repoURL: 'https://charts.example.com', chart: 'shop' }),
  },
  {
    why: 'another number of sources',
    paths: [],
    to: 'b',
    wanted: true,
    app: manifest({ repoURL: url }, { repoURL: url }),
  },
]

test.for(rows)('$why: $wanted', async ({ paths, to, wanted, app = one }) => {
  const touches = createTouches(gitOf(paths))
  expect(await touches.between(app, rendered(['a'], shop), [to], never)).toBe(wanted)
})

test('a thousand applications that ask about one move cost one walk; a failed walk is not remembered', async () => {
  const git = gitOf(['README.md'])
  const touches = createTouches(git)
  await Promise.all(Array.from({ length: 1_000 }, () => touches.between(one, rendered(['a'], shop), ['b'], never)))
  expect(git.asked).toBe(1)
  const broken = gitOf(new Error('away'))
  const again = createTouches(broken)
  await again.between(one, rendered(['a'], shop), ['b'], never)
  await again.between(one, rendered(['a'], shop), ['b'], never)
  expect(broken.asked).toBe(2)
})

test('an interrupted look decides nothing', async () => {
  const stopped = AbortSignal.abort(new Error('stopped'))
  const touches = createTouches(gitOf(new Error('stopped')))
  await expect(touches.between(one, rendered(['a'], shop), ['b'], stopped)).rejects.toThrow('stopped')
})
