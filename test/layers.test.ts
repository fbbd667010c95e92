/** Who may import whom, as data. A failure is a question about the design: change the code, or change the table and say why. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** A layer is the first matching prefix. Types may flow more freely than values: `types` adds to `values`. */
const layers: Record<string, { values: readonly string[]; types?: readonly string[]; reason: string }> = {
  'src/api': { values: ['src/api'], types: ['src/kube'], reason: 'what users write and read depends on nothing' },
  'src/kube': { values: ['src/kube'], types: ['src/runtime'], reason: 'Kubernetes vocabulary knows nothing of GitOps' },
  'src/runtime': { values: ['src/runtime'], reason: 'general parts know nothing of ours' },
  'src/store': {
    values: ['src/store', 'src/runtime', 'src/api'],
    types: ['src/pipeline', 'src/kube'],
    reason: 'memory does not decide',
  },
  'src/pipeline/diff': {
    values: ['src/pipeline/diff', 'src/kube', 'src/api'],
    types: ['src/pipeline'],
    reason: 'pure',
  },
  'src/pipeline/plan': {
    values: ['src/pipeline/plan', 'src/pipeline/diff', 'src/kube', 'src/api'],
    types: ['src/pipeline', 'src/store'],
    reason: 'pure',
  },
  'src/lua': {
    values: ['src/lua', 'src/runtime', 'src/api'],
    reason: 'runs what users wrote, knows nothing of objects',
  },
  'src/pipeline/observe/health': {
    values: ['src/pipeline/observe/health', 'src/kube', 'src/api'],
    types: ['src/pipeline'],
    reason: 'pure',
  },
  'src/pipeline/source': {
    values: ['src/pipeline/source', 'src/kube', 'src/runtime', 'src/api'],
    reason: 'reads Git, nothing else',
  },
  'src/pipeline/render': {
    values: ['src/pipeline/render', 'src/pipeline/source', 'src/kube', 'src/runtime', 'src/api'],
    types: ['src/store'],
    reason: 'does not know the cluster',
  },
  'src/pipeline': {
    values: ['src/pipeline', 'src/lua', 'src/kube', 'src/runtime', 'src/api'],
    types: ['src/store'],
    reason: 'Git to cluster, and nothing about when',
  },
  'src/targets': {
    values: ['src/targets', 'src/pipeline', 'src/kube', 'src/runtime', 'src/api'],
    reason: 'what can be written to',
  },
  'src/generators': {
    values: ['src/generators', 'src/delivery', 'src/pipeline/source', 'src/kube', 'src/runtime', 'src/api'],
    reason: 'where ApplicationSets get their data: Git, HTTP, templates; decides nothing',
  },
  'src/controllers': {
    values: [
      'src/controllers',
      'src/targets',
      'src/generators',
      'src/delivery',
      'src/pipeline',
      'src/kube',
      'src/runtime',
      'src/api',
    ],
    types: ['src/store', 'src/server'],
    reason: 'loops decide when, the pipeline how',
  },
  'src/server': {
    values: ['src/server', 'src/runtime', 'src/kube', 'src/api'],
    types: ['src/store'],
    reason: 'speaks for the engine',
  },
  'src/sandbox': { values: ['src/sandbox', 'src/kube', 'src/runtime'], reason: 'it must not share our bugs' },
  'src/client': { values: ['src/client', 'src/api'], types: ['src/kube'], reason: 'runs in browsers too' },
  'src/offline': {
    values: [
      'src/offline',
      'src/delivery',
      'src/targets',
      'src/pipeline',
      'src/lua',
      'src/generators',
      'src/delivery',
      'src/targets',
      'src/pipeline',
      'src/kube',
      'src/runtime',
      'src/api',
    ],
    reason: 'one question, answered from files by the pure core',
  },
  'src/delivery': {
    values: ['src/delivery', 'src/kube', 'src/api'],
    types: ['src/pipeline', 'src/store', 'src/runtime'],
    reason: 'decides when and which revision; pure',
  },
  ui: {
    values: ['ui', 'src/client', 'src/api'],
    reason: 'the page shows what the API says; src/api is vocabulary and the words all screens share',
  },
  'src/cli': {
    values: ['src/cli', 'src/client', 'src/api'],
    types: ['src/kube', 'src/offline', 'src/pipeline'],
    reason: 'a thin shell over the client; loads src/offline only when such a question is asked',
  },
}

function layerOf(path: string): string | undefined {
  return Object.keys(layers)
    .sort((a, b) => b.length - a.length)
    .find((layer) => path.startsWith(`${layer}/`))
}

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found: Import[] = []
  const pattern = /^(?:import|export)\s+(type\s+)?([^'"]*?)from\s+'(\.[^']+)'/gm
  for (const match of text.matchAll(pattern)) {
    const names = (match[2] ?? '')
      .replace(/[{}\s]/g, ' ')
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean)
    const typeOnly = match[1] !== undefined || (names.length > 0 && names.every((name) => name.startsWith('type ')))
    found.push({ from: file, to: relative(root, join(root, dirname(file), match[3] ?? '')), typeOnly })
  }
  return found
}

const files = globSync(['src/**/*.ts', 'ui/src/**/*.{ts,tsx}'], { cwd: root }).filter(
  (file) => !file.endsWith('.test.ts') && !file.includes('/testing/'),
)

test('every folder imports only what its layer may', () => {
  const wrong = files.flatMap(importsOf).flatMap((one) => {
    const from = layerOf(one.from)
    const to = layerOf(one.to)
    if (from === undefined) return []
    const rule = layers[from]
    if (to === undefined) return [`${one.from} imports ${one.to}: the composition root is imported by nobody`]
    const allowed = [...(rule?.values ?? []), ...(one.typeOnly ? (rule?.types ?? []) : [])]
    if (allowed.some((layer) => to === layer || to.startsWith(`${layer}/`))) return []
    return [`${one.from} imports ${one.to}${one.typeOnly ? ' (types)' : ''}: ${rule?.reason}`]
  })
  expect(wrong).toEqual([])
})

test('only apply/ drives writes to a target', () => {
  const writers = files.filter((file) => {
    if (file.startsWith('src/pipeline/apply/') || file.startsWith('src/targets/')) return false
    return /\btarget(Of\([^)]*\))?\.(apply|remove)\(/.test(readFileSync(join(root, file), 'utf8'))
  })
  expect(writers).toEqual([])
})

test('the table sees the files it is about', () => {
  expect(files.length).toBeGreaterThan(100)
  expect(files.flatMap(importsOf).length).toBeGreaterThan(300)
})
