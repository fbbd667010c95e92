/** The AppProjects that Git delivers, and which one counts for an application. No effects. */
import { type AppProject, defaultProject, defaultProjectName } from '../api/appproject.ts'
import { HalcyonError } from '../api/errors.ts'
import { digestOf } from '../kube/canonical.ts'
import type { ManagedApplication } from './application-state.ts'

export interface Projects {
  /**
   * Undefined for the implicit application: whoever starts the process at a path has decided already. `default` exists always and permits
   * everything until Git delivers one. Throws ProjectUnknown.
   */
  of(app: ManagedApplication): AppProject | undefined
  /** Adds or changes. Throws SharedResource when another application delivers one of that name. */
  put(project: AppProject, parent: string): void
  remove(name: string): void
  /** Puts back what was known before a restart; nobody is told. */
  restore(project: AppProject, parent: string): void
}

interface Entry {
  readonly project: AppProject
  readonly parent: string
  readonly digest: string
}

function entryOf(project: AppProject, parent: string): Entry {
  return { project, parent, digest: digestOf({ spec: project.spec, labels: project.metadata.labels ?? {} }) }
}

/** `onChanged` is told the name of a project that is new, another than before, or gone. `exists`: is there still such an application? */
export function createProjects(onChanged: (name: string) => void, exists: (application: string) => boolean): Projects {
  const known = new Map<string, Entry>()
  const permissive = defaultProject()
  return {
    of({ implicit, name: application, manifest }) {
      if (implicit) return undefined
      const name = manifest.spec.project || defaultProjectName
      const found = known.get(name)?.project ?? (name === defaultProjectName ? permissive : undefined)
      if (found !== undefined) return found
      const others = [...known.keys()]
      throw new HalcyonError(
        'ProjectUnknown',
        `Cannot sync ${application}: there is no AppProject ${name}; Git delivers ${others.join(', ') || 'none'}`,
      )
    },
    put(project, parent) {
      const { name } = project.metadata
      const before = known.get(name)
      if (before !== undefined && before.parent !== parent && exists(before.parent))
        throw new HalcyonError(
          'SharedResource',
          `Cannot take in AppProject ${name}: ${before.parent} delivers one of that name already`,
        )
      const entry = entryOf(project, parent)
      known.set(name, entry)
      if (before?.digest !== entry.digest) onChanged(name)
    },
    restore: (project, parent) => void known.set(project.metadata.name, entryOf(project, parent)),
    remove(name) {
      if (known.delete(name)) onChanged(name)
    },
  }
}
