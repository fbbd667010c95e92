/** A world for tests of generators: repositories, objects and HTTP answers from memory, Go's real templates. */

import { readApplicationSet } from '../../../api/applicationset.ts'
import { createGoTemplates } from '../../../generators/go-templates.ts'
import { objectReads } from '../../../generators/objects.ts'
import type { KubeObject } from '../../../kube/object.ts'
import { parseYaml } from '../../../kube/yaml.ts'
import { systemClock } from '../../../runtime/clock.ts'
import type { GeneratorContext, HttpRequest, HttpResponse } from '../context.ts'
import { generateApplications, type RenderMemory } from '../generate.ts'

/** One engine for all tests of a file; its thread does not keep the process alive. */
export const goTemplates = createGoTemplates({ clock: systemClock })

export interface World {
  /** Path to content, per repository URL. A URL that is not listed cannot be reached. */
  readonly repositories?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Multi-document YAML. */
  readonly objects?: string
  readonly http?: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>
}

export function contextOf(world: World): GeneratorContext {
  return {
    templates: goTemplates,
    async git(url) {
      const files = world.repositories?.[url]
      if (files === undefined) throw new Error(`${url} cannot be reached`)
      const paths = Object.keys(files).sort()
      const parents = paths.flatMap((path) => {
        const parts = path.split('/').slice(0, -1)
        return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
      })
      return {
        commit: 'c1',
        directories: async () => [...new Set(parents)].sort(),
        files: async () => paths,
        read: async (path) => files[path] ?? '',
      }
    },
    async http(request) {
      if (world.http === undefined) throw new Error(`${request.url} does not answer`)
      return world.http(request)
    },
    ...objectReads(documents(world.objects ?? '')),
    now: () => Date.parse('2026-01-01T00:00:00Z'),
    signal: undefined,
  }
}

export function documents(yaml: string): KubeObject[] {
  return parseYaml(yaml)
    .documents.map((one) => one.value)
    .filter((value) => value !== null) as KubeObject[]
}

/** The spec of a set as YAML, to Applications. The template names them after `name` unless the spec has one of its own. */
export async function generate(spec: string, world: World = {}, memory?: RenderMemory): Promise<readonly KubeObject[]> {
  const [given] = documents(spec) as unknown as Record<string, unknown>[]
  const name = given?.['goTemplate'] === true ? '{{ .name }}' : '{{name}}'
  const { set } = readApplicationSet({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'set' },
    spec: { template: { metadata: { name }, spec: { project: 'default' } }, ...given },
  })
  return generateApplications(set, contextOf(world), {
    namespace: 'argocd',
    ...(memory === undefined ? {} : { memory }),
  })
}

export function names(applications: readonly KubeObject[]): (string | undefined)[] {
  return applications.map((one) => one.metadata.name)
}
