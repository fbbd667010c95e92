/** Renders a kustomization with the Application's overrides by `kustomize build` on a private copy. */
import { posix } from 'node:path'
import type { KustomizeSource } from '../../api/application.ts'
import { HalcyonError, messageOf } from '../../api/errors.ts'
import type { RenderingSettings } from '../../api/settings/rendering.ts'
import { stringifyJson } from '../../kube/json.ts'
import { digestOf } from './digest.ts'
import type { BuildEnvironment } from './environment.ts'
import { type ClusterFacts, plainKubeVersion } from './helm-arguments.ts'
import { applyOverrides } from './kustomize-edit.ts'
import { type KustomizeFiles, kustomizeFiles } from './kustomize-files.ts'
import { askingForOrigins, readKustomizeOutput, wantsOrigins } from './kustomize-output.ts'
import { isLfsPointer, lfsMessage } from './manifest.ts'
import { materialise, writeInside } from './materialise.ts'
import { inside } from './paths.ts'
import { outputOrFailure, ToolFailure } from './tool-failure.ts'
import type { ToolBinary } from './tools.ts'
import type { LendingSource } from './value-files.ts'
import { inPrivateFolder, type PreparedRender, type Workshop } from './workshop.ts'

export interface KustomizeInput {
  readonly overrides: KustomizeSource
  readonly own: LendingSource
  readonly directory: string
  readonly cluster: ClusterFacts
  readonly environment: BuildEnvironment
  /** `kustomize.buildOptions` and the versions that may be asked for. */
  readonly settings: Pick<RenderingSettings, 'kustomizeBuildOptions' | 'kustomizeVersions'>
  readonly signal?: AbortSignal | undefined
}

/** Throws SpecInvalid, PathNotFound, PathRefused, ManifestInvalid, ToolUnavailable. */
export async function prepareKustomize(input: KustomizeInput, workshop: Workshop): Promise<PreparedRender> {
  const { own, directory, overrides, environment } = input
  const components = await existingComponents(input)
  const { tool, flags } = await chooseKustomize(input, workshop)
  const files = await kustomizeFiles({
    tree: own.tree,
    readSet: own.readSet,
    directory,
    components,
    patches: (overrides.patches ?? []).flatMap((patch) => patch.path ?? []),
    signal: input.signal,
  })
  const notesOrigins = Number(tool.version.split('.')[0]) >= 5
  const edited = edit(files, overrides, components, environment, notesOrigins)
  const enablesHelm = flags.some((flag) => flag === '--enable-helm' || flag === '--enable-helm=true')
  const helm = enablesHelm && files.inflatesHelm ? await workshop.tools.find('helm') : undefined
  const facts: ClusterFacts = {
    kubeVersion: overrides.kubeVersion || input.cluster.kubeVersion,
    apiVersions: overrides.apiVersions?.length ? overrides.apiVersions : input.cluster.apiVersions,
  }
  const network = files.remote.length > 0 || helm !== undefined
  const variables = files.readsEnvironment ? Object.fromEntries(environment) : {}
  const warnings = files.remote.map((url) => ({
    reason: 'Tool' as const,
    message: `${directory || '.'} reads ${url.replace(/\/\/[^/@]*@/, '//')} over the network each time it is built`,
  }))

  return {
    key: digestOf([
      'kustomize',
      tool.version,
      directory,
      [...files.files].sort(),
      edited,
      flags,
      variables,
      helm?.version,
    ]),
    clusterKey: helm === undefined ? '' : digestOf(facts),
    repeatable: !network,
    run: (stop) =>
      inPrivateFolder(workshop, stop, async (folder, run) => {
        const copied = [...files.files.keys()].map((from) => ({ from, to: `source/${from}` }))
        await materialise(own.tree, copied, folder, { signal: stop, inspect: refusePointers })
        await writeInside(folder, `source/${files.entry.path}`, edited)
        const helmFlags = helm === undefined ? [] : await helmWrapper(folder, helm.path, facts)
        const target = posix.join('./source', directory)
        const command = [tool.path, ...tool.prefix, target, ...flags, ...helmFlags]
        const result = await run({ tool: 'kustomize', command, network, environment: variables })
        const text = outputOrFailure('kustomize', result, folder)
        const output = readKustomizeOutput(text, directory, files.entry.path, wantsOrigins(files.entry.value))
        return { ...output, warnings: [...warnings, ...output.warnings], dependsOnCluster: helm !== undefined }
      }),
  }
}

function refusePointers(path: string, bytes: Buffer): void {
  if (!isLfsPointer(bytes)) return
  throw new HalcyonError('ManifestInvalid', `Cannot read ${path.slice('source/'.length)}: ${lfsMessage}`)
}

/** The kustomize the source asks for, with the flags of its version. Throws SpecInvalid for a version that the settings do not have. */
async function chooseKustomize(
  { overrides, settings }: KustomizeInput,
  workshop: Workshop,
): Promise<{ readonly tool: ToolBinary; readonly flags: readonly string[] }> {
  const wanted = overrides.version
  const version =
    wanted && Object.hasOwn(settings.kustomizeVersions, wanted) ? settings.kustomizeVersions[wanted] : undefined
  if (wanted && version === undefined) {
    const known = Object.keys(settings.kustomizeVersions).sort().join(', ') || 'none'
    throw new HalcyonError(
      'SpecInvalid',
      `Cannot use kustomize ${wanted}: the settings have no kustomize.path.${wanted} (they have: ${known})`,
    )
  }
  const tool = await (version === undefined
    ? workshop.tools.find('kustomize')
    : workshop.tools.kustomizeAt(version.path))
  const options = version?.buildOptions ?? settings.kustomizeBuildOptions
  return { tool, flags: options.split(/\s+/).filter((flag) => flag !== '') }
}

/** The kustomization to build: the Application's overrides in it, and the wish for origins. The original stays as it is. */
function edit(
  files: KustomizeFiles,
  overrides: KustomizeSource,
  components: readonly string[],
  environment: BuildEnvironment,
  notesOrigins: boolean,
): string {
  try {
    const value = applyOverrides(files.entry.value, overrides, components, environment)
    return stringifyJson(notesOrigins ? askingForOrigins(value) : value)
  } catch (error) {
    throw new ToolFailure('kustomize', messageOf(error), { cause: error })
  }
}

/** `components` of the Application; with ignoreMissingComponents only those that are there. */
async function existingComponents({ own, overrides, directory, signal }: KustomizeInput): Promise<string[]> {
  const wanted = overrides.components ?? []
  if (!overrides.ignoreMissingComponents) return wanted
  const found: string[] = []
  for (const component of wanted) {
    const path = inside(directory, component, component)
    const entry = await own.tree.entry(path, signal)
    own.readSet.directory(path)
    if (entry !== undefined) found.push(component)
  }
  return found
}

/** The kustomize inside kubectl 1.35 refuses Helm 4 by its version string; the wrapper answers `version` as Helm 3 would. */
async function helmWrapper(folder: string, helm: string, facts: ClusterFacts): Promise<string[]> {
  const script = `#!/bin/sh\nif [ "$1" = version ]; then echo v3.19.0; exit 0; fi\nexec '${helm.replaceAll("'", "'\\''")}' "$@"\n`
  const path = await writeInside(folder, '.tools/helm', script, new Set(), true)
  const version = plainKubeVersion(facts.kubeVersion)
  return [
    '--helm-command',
    path,
    ...(version === '' ? [] : ['--helm-kube-version', version]),
    ...facts.apiVersions.flatMap((apiVersion) => ['--helm-api-versions', apiVersion]),
  ]
}
