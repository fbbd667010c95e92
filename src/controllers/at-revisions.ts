/** An Application with its sources at other revisions. Pure. */
import type { Application, ApplicationSource } from '../api/application.ts'

/** `revisions` in the order of the sources; undefined or '' leaves a source as it is. */
export function atRevisions(manifest: Application, revisions: readonly (string | undefined)[]): Application {
  const at = (source: ApplicationSource, index: number): ApplicationSource => {
    const revision = revisions[index]
    return revision === undefined || revision === '' ? source : { ...source, targetRevision: revision }
  }
  const { spec } = manifest
  return {
    ...manifest,
    spec: {
      ...spec,
      ...(spec.source === undefined ? {} : { source: at(spec.source, 0) }),
      ...(spec.sources === undefined ? {} : { sources: spec.sources.map(at) }),
    },
  }
}
