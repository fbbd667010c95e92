/** Argo CD's build environment (ARGOCD_APP_*) and its substitution. Pure. */
import type { RenderRequest, RenderSource } from './renderer.ts'

export type BuildEnvironment = ReadonlyMap<string, string>

export function buildEnvironment(request: RenderRequest, source: RenderSource): BuildEnvironment {
  const { name, project } = request.application
  return new Map([
    ['ARGOCD_APP_NAME', name],
    ['ARGOCD_APP_NAMESPACE', request.destinationNamespace],
    ['ARGOCD_APP_PROJECT_NAME', project],
    ['ARGOCD_APP_REVISION', source.revision],
    ['ARGOCD_APP_REVISION_SHORT', source.revision.slice(0, 7)],
    ['ARGOCD_APP_REVISION_SHORT_8', source.revision.slice(0, 8)],
    ['ARGOCD_APP_SOURCE_REPO_URL', source.spec.repoURL],
    ['ARGOCD_APP_SOURCE_PATH', source.spec.path ?? ''],
    ['ARGOCD_APP_SOURCE_TARGET_REVISION', source.spec.targetRevision ?? ''],
  ])
}

/** `$NAME` and `${NAME}`; `$$` is a dollar sign; an unknown name becomes '' (Argo CD uses Go's os.Expand). */
export function substitute(text: string, environment: BuildEnvironment): string {
  if (!text.includes('$')) return text
  return text.replace(/\$(?:\$|\{([^}]*)\}|([A-Za-z0-9_]+))/g, (_match, braced?: string, bare?: string) => {
    const name = braced ?? bare
    if (name === undefined) return '$'
    return name === '$' ? '$' : (environment.get(name) ?? '')
  })
}
