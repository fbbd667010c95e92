/** What `argocd-cm` says about rendering: which tools are on, kustomize's options and versions, where value files may come from. Pure. */

/** A kustomize that Applications may ask for by name (`kustomize.version`). */
export interface KustomizeVersion {
  readonly path: string
  /** `kustomize.buildOptions.<name>`; undefined = those of all builds. */
  readonly buildOptions: string | undefined
}

export interface RenderingSettings {
  /** `helm.enable`, `kustomize.enable`: off means that such a source is read as plain manifests. `jsonnet.enable`: off means that .jsonnet files are skipped. */
  readonly enabled: { readonly helm: boolean; readonly kustomize: boolean; readonly jsonnet: boolean }
  /** `kustomize.buildOptions`: flags for every build. */
  readonly kustomizeBuildOptions: string
  /** `kustomize.path.<name>` and its older form `kustomize.version.<name>`. */
  readonly kustomizeVersions: Readonly<Record<string, KustomizeVersion>>
  /** `helm.valuesFileSchemes`, lower case. */
  readonly valuesFileSchemes: readonly string[]
}

/** Reads the keys; what cannot be read is said in `problems` and has its default. */
export function parseRendering(data: Readonly<Record<string, string>>, problems: string[]): RenderingSettings {
  const enabled = (tool: string): boolean => {
    const key = `${tool}.enable`
    const text = data[key]?.trim()
    if (text === undefined || text === '' || /^(?:true|t|1)$/i.test(text)) return true
    if (/^(?:false|f|0)$/i.test(text)) return false
    problems.push(`${key}: "${text}" is neither true nor false`)
    return true
  }
  return {
    enabled: { helm: enabled('helm'), kustomize: enabled('kustomize'), jsonnet: enabled('jsonnet') },
    kustomizeBuildOptions: data['kustomize.buildOptions'] ?? '',
    kustomizeVersions: kustomizeVersions(data, problems),
    valuesFileSchemes: schemes(data['helm.valuesFileSchemes']),
  }
}

function kustomizeVersions(
  data: Readonly<Record<string, string>>,
  problems: string[],
): Readonly<Record<string, KustomizeVersion>> {
  const versions = new Map<string, KustomizeVersion>()
  for (const prefix of ['kustomize.version.', 'kustomize.path.']) {
    for (const [key, path] of Object.entries(data)) {
      if (!key.startsWith(prefix)) continue
      const name = key.slice(prefix.length)
      if (!path.trim().startsWith('/')) problems.push(`${key}: "${path}" is no absolute path`)
      else if (versions.has(name)) problems.push(`${key}: the version ${name} is declared twice`)
      else versions.set(name, { path: path.trim(), buildOptions: data[`kustomize.buildOptions.${name}`] })
    }
  }
  return Object.fromEntries(versions)
}

/** Not set: http and https. Set to nothing: none. */
function schemes(text: string | undefined): readonly string[] {
  if (text === undefined) return ['https', 'http']
  return text
    .split(',')
    .map((scheme) => scheme.trim().toLowerCase())
    .filter((scheme) => scheme !== '')
}
