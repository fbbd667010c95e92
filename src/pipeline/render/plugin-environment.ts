/** The variables that a config management plug-in sees, as Argo CD names them. Pure. */
import type { PluginSource } from '../../api/application.ts'
import { type BuildEnvironment, substitute } from './environment.ts'
import { type ClusterFacts, plainKubeVersion } from './helm-arguments.ts'

/** The build environment, KUBE_*, ARGOCD_ENV_* with references to those filled in, ARGOCD_APP_PARAMETERS and PARAM_*. Empty ones are left out. */
export function pluginEnvironment(
  source: PluginSource,
  build: BuildEnvironment,
  cluster: ClusterFacts,
): Record<string, string> {
  const base = new Map([
    ...build,
    ['KUBE_VERSION', plainKubeVersion(cluster.kubeVersion)] as const,
    ['KUBE_API_VERSIONS', cluster.apiVersions.join(',')] as const,
  ])
  const variables: [string, string][] = [...base]
  for (const { name, value } of source.env ?? []) variables.push([`ARGOCD_ENV_${name}`, substitute(value, base)])
  const parameters = source.parameters ?? []
  variables.push(['ARGOCD_APP_PARAMETERS', JSON.stringify(parameters)])
  for (const { name, string, array, map } of parameters) {
    if (string !== undefined) variables.push([parameterName(name), string])
    for (const [index, value] of (array ?? []).entries()) variables.push([parameterName(name, String(index)), value])
    for (const [key, value] of Object.entries(map ?? {})) variables.push([parameterName(name, key), value])
  }
  // A NUL would end the variable early, and `=` in a name would start its value.
  return Object.fromEntries(
    variables.filter(([name, value]) => value !== '' && !/[=\0]/.test(name) && !value.includes('\0')),
  )
}

/** `image.tag` of `helm-parameters` is PARAM_HELM_PARAMETERS_IMAGE_TAG. */
function parameterName(...parts: string[]): string {
  return ['PARAM', ...parts]
    .join('_')
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '_')
}
