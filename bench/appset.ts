/** `node scripts/run.cjs bench/appset.ts [5000]`: what an ApplicationSet costs, from manifest and repository to Applications. Prints a table. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readApplicationSet } from '../src/api/applicationset.ts'
import type { GeneratorContext } from '../src/delivery/applicationset/context.ts'
import { generateApplications, type RenderMemory } from '../src/delivery/applicationset/generate.ts'
import { planSet } from '../src/delivery/applicationset/set-plan.ts'
import { gitTreeOf } from '../src/generators/git-trees.ts'
import { createGoTemplates } from '../src/generators/go-templates.ts'
import { objectReads } from '../src/generators/objects.ts'
import type { KubeObject } from '../src/kube/object.ts'
import { createSources } from '../src/pipeline/source/sources.ts'
import { systemClock } from '../src/runtime/clock.ts'

const size = Number(process.argv[2] ?? 5_000)
const directory = mkdtempSync(join(tmpdir(), 'halcyon-appset-'))
const repository = join(directory, 'repository')
const rows: Record<string, Record<string, number>> = {}

try {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args], { cwd: repository })
  mkdirSync(repository)
  git('init', '-q', '-b', 'main')
  for (let index = 0; index < size; index++) addConfig(index, 'one')
  commit('first')

  await using templates = createGoTemplates({ clock: systemClock })
  await using sources = createSources({ dataDir: join(directory, 'data') })
  const context: GeneratorContext = {
    templates,
    git: (url, revision) => gitTreeOf(sources, url, revision),
    http: () => Promise.reject(new Error('no network here')),
    ...objectReads([]),
    now: () => systemClock.now(),
    signal: undefined,
  }

  const elements = Array.from({ length: size }, (_, index) => ({
    name: `app-${index}`,
    env: index % 2 ? 'a' : 'b',
    path: { path: 'x' },
  }))
  const changed = elements.with(7, { ...elements[7]!, env: 'c' })
  await measure('list, goTemplate', (list) => ({ list: { elements: list } }), true, elements, changed)
  const flat = (list: typeof elements) => list.map(({ name, env }) => ({ name, env, path: 'x' }))
  await measure('list, {{param}}', (list) => ({ list: { elements: flat(list) } }), false, elements, changed)
  const files = { git: { repoURL: repository, revision: 'main', files: [{ path: 'envs/*/config.yaml' }] } }
  await measure(
    'git files, goTemplate',
    () => files,
    true,
    elements,
    elements,
    () => {
      addConfig(7, 'two')
      commit('second')
    },
  )

  async function measure(
    name: string,
    generator: (list: typeof elements) => object,
    goTemplate: boolean,
    first: typeof elements,
    second: typeof elements,
    between: () => void = () => {},
  ): Promise<void> {
    const memory: RenderMemory = new Map()
    const run = async (list: typeof elements) => {
      const began = performance.now()
      const { set } = readApplicationSet(manifest(generator(list), goTemplate))
      const applications = await generateApplications(set, context, { namespace: 'argocd', memory })
      return { applications, set, ms: performance.now() - began }
    }
    const cold = await run(first)
    const same = await run(first)
    between()
    const one = await run(second)
    const began = performance.now()
    const present = new Map(cold.applications.map((app) => [app.metadata.name ?? '', app]))
    const plan = planSet(one.set, one.applications, present, undefined)
    rows[name] = {
      applications: cold.applications.length,
      'first ms': Math.round(cold.ms),
      'again ms': Math.round(same.ms),
      'one changed ms': Math.round(one.ms),
      'plan ms': Math.round(performance.now() - began),
      'to update': plan.update.length,
    }
  }

  function addConfig(index: number, env: string): void {
    const folder = join(repository, 'envs', `e${index}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'config.yaml'), `name: app-${index}\nenv: ${env}\n`)
  }

  function commit(message: string): void {
    git('add', '-A')
    git('commit', '-qm', message)
  }
  console.table(rows)
} finally {
  rmSync(directory, { recursive: true, force: true })
}

function manifest(generator: object, goTemplate: boolean): KubeObject {
  const param = (name: string) => (goTemplate ? `{{ .${name === 'path' ? 'path.path' : name} }}` : `{{${name}}}`)
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'bench' },
    spec: {
      goTemplate,
      goTemplateOptions: goTemplate ? ['missingkey=error'] : [],
      generators: [generator],
      template: {
        metadata: { name: param('name'), labels: { env: param('env') } },
        spec: {
          project: 'default',
          source: {
            repoURL: 'https://git.example.com/fleet.git',
            path: param('path'),
            helm: { valuesObject: { env: param('env'), host: `${param('name')}.example.com` } },
          },
          destination: { server: 'https://kubernetes.default.svc', namespace: `${param('name')}-${param('env')}` },
        },
      },
    },
  }
}
