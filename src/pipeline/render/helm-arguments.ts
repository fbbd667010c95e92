/** The command line of `helm template`, as Argo CD builds it. Pure. */
import type { HelmSource } from '../../api/application.ts'
import { type BuildEnvironment, substitute } from './environment.ts'

export interface HelmParameter {
  readonly name: string
  readonly value: string
  readonly forceString: boolean
}

/** Everything but files and cluster facts. */
export interface HelmOptions {
  readonly release: string
  readonly namespace: string
  readonly parameters: readonly HelmParameter[]
  readonly skipCrds: boolean
  readonly skipTests: boolean
  readonly skipSchemaValidation: boolean
}

/** Release name and namespace default to the application's name and destination; of parameters with one name the last counts. */
export function helmOptions(
  helm: HelmSource | undefined,
  application: string,
  destinationNamespace: string,
  environment: BuildEnvironment,
): HelmOptions {
  const parameters = new Map<string, HelmParameter>()
  for (const { name, value, forceString = false } of helm?.parameters ?? []) {
    // Argo CD keeps one table for each of --set and --set-string.
    parameters.set(`${forceString} ${name}`, { name, value: substitute(value, environment), forceString })
  }
  return {
    release: helm?.releaseName || application,
    namespace: helm?.namespace || destinationNamespace,
    parameters: [...parameters.values()],
    skipCrds: helm?.skipCrds ?? false,
    skipTests: helm?.skipTests ?? false,
    skipSchemaValidation: helm?.skipSchemaValidation ?? false,
  }
}

export interface HelmFiles {
  readonly chart: string
  /** In order; the last wins. URLs are passed on. */
  readonly values: readonly string[]
  readonly setFiles: readonly { readonly name: string; readonly file: string }[]
}

export interface ClusterFacts {
  readonly kubeVersion: string
  readonly apiVersions: readonly string[]
}

/** `cluster` undefined leaves Helm's own defaults, which such a chart does not look at. */
export function helmArguments(options: HelmOptions, files: HelmFiles, cluster: ClusterFacts | undefined): string[] {
  const args = ['template', files.chart, '--name-template', options.release]
  if (options.namespace !== '') args.push('--namespace', options.namespace)
  if (cluster !== undefined) {
    const version = plainKubeVersion(cluster.kubeVersion)
    if (version !== '') args.push('--kube-version', version)
    for (const apiVersion of cluster.apiVersions) args.push('--api-versions', apiVersion)
  }
  for (const { name, value, forceString } of options.parameters) {
    args.push(forceString ? '--set-string' : '--set', `${name}=${escapeSetValue(value)}`)
  }
  for (const { name, file } of files.setFiles) args.push('--set-file', `${name}=${escapeSetValue(file)}`)
  for (const file of files.values) args.push('--values', file)
  if (!options.skipCrds) args.push('--include-crds')
  if (options.skipSchemaValidation) args.push('--skip-schema-validation')
  if (options.skipTests) args.push('--skip-tests')
  return args
}

/** A comma would start the next assignment, so it is escaped unless it is already, or the value is a list (`{a,b}`). */
export function escapeSetValue(value: string): string {
  if (value.startsWith('{') && value.endsWith('}')) return value
  return value.replace(/(?<!\\),/g, '\\,')
}

/** `v1.35.2-eks-1a2b` -> `1.35.2`: charts compare against released versions. */
export function plainKubeVersion(version: string): string {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version.trim())
  return match === null ? '' : `${match[1]}.${match[2]}.${match[3] ?? '0'}`
}
