/** Which Applications would an ApplicationSet generate? From files and repositories, without a server and without a cluster. */
import { resolve } from 'node:path'
import { type ApplicationSet, readApplicationSet } from '../api/applicationset.ts'
import { HalcyonError } from '../api/errors.ts'
import type { GeneratorContext } from '../delivery/applicationset/context.ts'
import { generateApplications } from '../delivery/applicationset/generate.ts'
import { folderTree, gitTreeOf } from '../generators/git-trees.ts'
import { createGoTemplates } from '../generators/go-templates.ts'
import { createGeneratorHttp } from '../generators/http.ts'
import { objectReads } from '../generators/objects.ts'
import type { KubeObject } from '../kube/object.ts'
import { printYaml } from '../kube/yaml.ts'
import { createSources } from '../pipeline/source/sources.ts'
import { systemClock } from '../runtime/clock.ts'
import { readObjects } from './files.ts'

export interface AppsetOptions {
  /** Where mirrors of repositories are kept. */
  readonly dataDir: string
  /** Repository URLs that a folder stands for, read as it is. */
  readonly folders: ReadonlyMap<string, string>
}

export interface Generated {
  readonly applications: readonly KubeObject[]
  /** Unknown fields of the manifest. */
  readonly warnings: readonly string[]
}

export interface AppsetQuestions extends AsyncDisposable {
  /** `clusters` may hold more than cluster Secrets: Secrets and ConfigMaps that generators name. Throws HalcyonError. */
  ask(applicationSet: unknown, clusters: readonly KubeObject[]): Promise<Generated>
}

/** The namespace that Argo CD is installed in by convention. */
const namespace = 'argocd'

export function openAppsetQuestions(options: AppsetOptions): AppsetQuestions {
  const templates = createGoTemplates({ clock: systemClock })
  const http = createGeneratorHttp()
  const sources = createSources({ dataDir: options.dataDir, clock: systemClock })
  const folders = new Map([...options.folders].map(([url, folder]) => [plain(url), resolve(folder)]))

  const world: Omit<GeneratorContext, keyof ReturnType<typeof objectReads>> = {
    templates,
    async git(repoURL, revision) {
      const folder = folders.get(plain(repoURL))
      return folder === undefined ? gitTreeOf(sources, repoURL, revision) : folderTree(folder)
    },
    http: (request) => http.send(request),
    now: () => systemClock.now(),
    signal: undefined,
  }
  return {
    async ask(applicationSet, clusters) {
      const { set, warnings } = readApplicationSet(applicationSet)
      const context = { ...world, ...objectReads(clusters) }
      return { applications: await generateApplications(set, context, { namespace }), warnings }
    },
    async [Symbol.asyncDispose]() {
      await templates[Symbol.asyncDispose]()
      await http[Symbol.asyncDispose]()
      await sources[Symbol.asyncDispose]()
    },
  }
}

/** All ApplicationSets of the files, in order; Applications of all of them. Throws UsageInvalid when there is none. */
export async function generateFromFiles(
  files: readonly string[],
  clusterFiles: readonly string[],
  options: AppsetOptions,
): Promise<Generated> {
  const objects = await readObjects(files)
  const sets = objects.filter(
    (object) => object.kind === 'ApplicationSet' && object.apiVersion.startsWith('argoproj.io/'),
  )
  if (sets.length === 0) {
    throw new HalcyonError('UsageInvalid', `Cannot generate applications: ${files.join(', ')} holds no ApplicationSet`)
  }
  const clusters = [...objects, ...(await readObjects(clusterFiles))]
  await using questions = openAppsetQuestions(options)
  const applications: KubeObject[] = []
  const warnings: string[] = []
  for (const set of sets) {
    const generated = await questions.ask(set, clusters)
    applications.push(...generated.applications)
    warnings.push(
      ...generated.warnings.map((warning) => `ApplicationSet ${(set as ApplicationSet).metadata.name}: ${warning}`),
    )
  }
  return { applications, warnings }
}

function plain(url: string): string {
  return url.replace(/\/+$/, '').replace(/\.git$/, '')
}

/** Multi-document YAML that means the same to every reader of YAML 1.1. */
export function printApplications(applications: readonly KubeObject[]): string {
  return applications.map((one) => `---\n${printYaml(one)}`).join('')
}
