/** Which tool renders a source, and the overrides a repository brings itself (.argocd-source.yaml). */
import { ApplicationSource } from '../../api/application.ts'
import { HalcyonError, messageOf } from '../../api/errors.ts'
import type { RenderingSettings } from '../../api/settings/rendering.ts'
import { parseYaml } from '../../kube/yaml.ts'
import type { SourceTree, TreeEntry } from '../source/source.ts'
import { decode, isRecord } from './manifest.ts'
import { under } from './paths.ts'

export type Tool = 'Directory' | 'Kustomize' | 'Helm' | 'Plugin'

const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

export function isKustomization(name: string): boolean {
  return kustomizationNames.includes(name)
}

/**
 * The tool of a source, pure. A block that sets something decides; an empty one (`directory: {}`, `kustomize: {}`) does not, because Argo CD
 * drops empty blocks when it normalises an Application. Then the names in the directory: with both kinds of file Kustomize
 * wins, as in Argo CD, which visits names in order and lets the last decide. A tool that the settings switch off is not used, and its sources
 * are plain manifests. Throws SpecInvalid when two blocks set something.
 */
export function detectTool(
  spec: ApplicationSource,
  names: ReadonlySet<string>,
  enabled: RenderingSettings['enabled'] = { helm: true, kustomize: true, jsonnet: true },
): Tool {
  const tool = wantedTool(spec, names, enabled)
  if ((tool === 'Helm' && !enabled.helm) || (tool === 'Kustomize' && !enabled.kustomize)) return 'Directory'
  return tool
}

function wantedTool(spec: ApplicationSource, names: ReadonlySet<string>, enabled: RenderingSettings['enabled']): Tool {
  const explicit = explicitTools(spec)
  if (explicit.length > 1) {
    throw new HalcyonError(
      'SpecInvalid',
      `Cannot read the source ${spec.repoURL}: it has settings for ${explicit.join(' and ')}`,
    )
  }
  if (explicit[0] !== undefined) return explicit[0]
  if (spec.chart !== undefined && spec.chart !== '') return 'Helm'
  if (enabled.kustomize && kustomizationNames.some((name) => names.has(name))) return 'Kustomize'
  return names.has('Chart.yaml') ? 'Helm' : 'Directory'
}

/** The tools that a block of the source asks for. */
export function explicitTools(spec: ApplicationSource): Tool[] {
  const tools: Tool[] = []
  if (saysSomething(spec.helm)) tools.push('Helm')
  if (saysSomething(spec.kustomize)) tools.push('Kustomize')
  if (saysSomething(spec.directory)) tools.push('Directory')
  // An empty block is how a source asks for whichever plug-in discovers it.
  if (spec.plugin !== undefined) tools.push('Plugin')
  return tools
}

function saysSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false
  if (Array.isArray(value)) return value.length > 0
  if (typeof value === 'object') return Object.values(value).some(saysSomething)
  return true
}

/**
 * The source with `.argocd-source.yaml` and `.argocd-source-<app>.yaml` of its directory merged in (JSON merge patch), as Argo CD's
 * image updater and many repositories rely on. Where the source comes from cannot be changed that way.
 */
export async function withRepositoryOverrides(
  spec: ApplicationSource,
  application: string,
  tree: SourceTree,
  directory: string,
  entries: readonly TreeEntry[],
  signal?: AbortSignal,
): Promise<ApplicationSource> {
  let merged: unknown = spec
  for (const name of ['.argocd-source.yaml', `.argocd-source-${application}.yaml`]) {
    if (!entries.some((entry) => entry.name === name)) continue
    const path = under(directory, name)
    const file = await tree.read(path, signal)
    if (file === undefined) continue
    try {
      for (const document of parseYaml(decode(file.bytes)).documents) merged = mergePatch(merged, document.value)
    } catch (error) {
      throw new HalcyonError('SpecInvalid', `Cannot read ${path}: ${messageOf(error)}`, { cause: error })
    }
  }
  if (merged === spec) return spec
  const result = ApplicationSource.safeParse(merged)
  if (!result.success) {
    const issue = result.error.issues[0]
    throw new HalcyonError(
      'SpecInvalid',
      `Cannot read the overrides in ${under(directory, '.argocd-source.yaml')}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    )
  }
  const { repoURL, path, chart, targetRevision } = spec
  return {
    ...result.data,
    repoURL,
    ...(path === undefined ? {} : { path }),
    ...(chart === undefined ? {} : { chart }),
    ...(targetRevision === undefined ? {} : { targetRevision }),
  }
}

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = mergePatch(result[key], value)
  }
  return result
}
