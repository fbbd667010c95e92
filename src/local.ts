/** `halcyon render --local`: the source, render and desired stages without a server and without a cluster. Effects: reads Git, runs tools. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Application } from './api/application.ts'
import { HalcyonError } from './api/errors.ts'
import type { LocalOptions } from './cli/handlers.ts'
import type { Environment } from './config.ts'
import type { KubeObject } from './kube/object.ts'
import { parseYaml, printYaml } from './kube/yaml.ts'
import { maskObject } from './pipeline/diff/mask.ts'
import { resolve } from './pipeline/pipeline.ts'
import { readPlugins } from './pipeline/render/plugins.ts'
import { createRenderer } from './pipeline/render/render.ts'
import { createSources } from './pipeline/source/sources.ts'
import { rootApplication } from './root-application.ts'
import { systemClock } from './runtime/clock.ts'
import { parseApplication } from './targets/applications.ts'

/** What Helm is told of a cluster that is not there: the version our own tools come from. */
const assumed = { kubeVersion: 'v1.35.2', apiVersions: [] as readonly string[] }

/** Multi-document YAML, as rendered: without the tracking and defaulting that only a destination decides. */
export async function renderLocal(options: LocalOptions, env: Environment): Promise<string> {
  const signal = new AbortController().signal
  await using sources = createSources({ dataDir: options.dataDir, clock: systemClock, random: Math.random })
  const memory = new Map<string, Uint8Array>()
  await using renderer = createRenderer({
    dataDir: options.dataDir,
    cache: {
      get: async (digest) => memory.get(digest),
      put: async (digest, bytes) => void memory.set(digest, bytes),
    },
    clock: systemClock,
    plugins: env['HALCYON_PLUGINS'] ? await readPlugins(env['HALCYON_PLUGINS']) : [],
    tools: {
      ...(env['HALCYON_HELM'] ? { helm: env['HALCYON_HELM'] } : {}),
      ...(env['HALCYON_KUSTOMIZE'] ? { kustomize: env['HALCYON_KUSTOMIZE'] } : {}),
    },
  })
  const pipeline = { sources, renderer, instance: 'halcyon', controlNamespace: 'argocd' }

  async function render(manifest: Application): Promise<readonly KubeObject[]> {
    const resolved = await resolve(manifest, pipeline, signal)
    const result = await renderer.render(
      {
        application: {
          name: manifest.metadata.name,
          namespace: manifest.metadata.namespace ?? 'argocd',
          project: manifest.spec.project,
        },
        sources: resolved.sources,
        destinationNamespace: manifest.spec.destination.namespace ?? '',
        cluster: assumed,
      },
      signal,
    )
    return result.objects.map((one) => one.object)
  }

  const root =
    options.file === undefined
      ? rootApplication({ repo: options.repo, revision: options.revision ?? 'HEAD', path: options.path })
      : await readApplication(options.file)
  let objects = await render(root)
  if (options.app !== undefined) objects = await render(findApplication(objects, options.app, root))
  return objects.map((object) => `---\n${printYaml(options.reveal ? object : maskObject(object))}`).join('')
}

async function readApplication(file: string): Promise<Application> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new HalcyonError('UsageInvalid', `Cannot read ${file}: ${String(error)}`, { cause: error })
  })
  const found = parseYaml(text)
    .documents.map((one) => one.value as KubeObject)
    .find((one) => one?.kind === 'Application')
  if (found === undefined) throw new HalcyonError('SpecInvalid', `Cannot read ${file}: it holds no Application`)
  return parseApplication(found)
}

function findApplication(objects: readonly KubeObject[], name: string, root: Application): Application {
  if (root.metadata.name === name) return root
  const children = objects.filter(
    (object) => object.kind === 'Application' && object.apiVersion.startsWith('argoproj.io/'),
  )
  const found = children.find((object) => object.metadata.name === name)
  if (found !== undefined) return parseApplication(found)
  const names = children.map((object) => object.metadata.name).join(', ')
  throw new HalcyonError(
    'NotFound',
    `Cannot find application ${name} in ${join(root.spec.source?.path ?? '')}: there are ${names || 'none'}`,
  )
}
