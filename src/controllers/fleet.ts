/** All applications of this process: who exists, who owns which object, and whose verdict reaches whom. */
import type { Application } from '../api/application.ts'
import type { AppProject } from '../api/appproject.ts'
import { HalcyonError } from '../api/errors.ts'
import { createRegistryTarget, type RegistryTarget } from '../targets/applications.ts'
import { type Deleting, type ManagedApplication, newApplication, specDigest } from './application-state.ts'
import { createProjects, type Projects } from './projects.ts'
import { isSetKey, type ManagedSet, nameOfSetKey, newSet } from './set-state.ts'

export interface Fleet {
  readonly all: ReadonlyMap<string, ManagedApplication>
  /** Throws HalcyonError NotFound. */
  get(name: string): ManagedApplication
  readonly registry: RegistryTarget
  readonly projects: Projects
  /** ApplicationSets by name. */
  readonly sets: ReadonlyMap<string, ManagedSet>
  addSet(set: ManagedSet): void
  /** Forgets a set whose applications are gone or released. */
  forgetSet(name: string): void
  /** Throws HalcyonError SharedResource when another parent delivers an application of that name. */
  refuseHeld(name: string, parent: string): void
  /** Takes in an Application that a set generated. Throws HalcyonError SharedResource when somebody else has the name. */
  take(manifest: Application, parent: string): void
  /** Removes an application; its objects go in the background, if it says so. */
  dismiss(name: string): void
  add(app: ManagedApplication): void
  /** Forgets an application whose objects are gone or released. */
  forget(name: string): void
  /** Which application an object of a cluster belongs to. */
  owner(cluster: string, key: string): string | undefined
  /** Claims an object; false when another application has it already. */
  claim(cluster: string, key: string, name: string): boolean
  release(cluster: string, key: string, name: string): void
}

export interface FleetOptions {
  readonly now: () => number
  /** The application is new, changed, or to be removed: reconcile it. */
  readonly onChanged: (app: ManagedApplication) => void
  /** An AppProject is new, changed or gone: what applications of it may do is another question now. */
  readonly onProjectChanged: (name: string) => void
  /** The same for an ApplicationSet. */
  readonly onSetChanged?: (set: ManagedSet) => void
}

export function createFleet(options: FleetOptions): Fleet {
  const all = new Map<string, ManagedApplication>()
  /** By cluster, so that the keys are the ones that the inventories hold anyway. */
  const ownersByCluster = new Map<string, Map<string, string>>()
  const projects = createProjects(options.onProjectChanged, (name) => all.has(name))
  const sets = new Map<string, ManagedSet>()
  const isThere = (parent: string) =>
    isSetKey(parent) ? sets.get(nameOfSetKey(parent))?.deleting === false : all.has(parent)

  function ownersOf(cluster: string): Map<string, string> {
    let owners = ownersByCluster.get(cluster)
    if (owners === undefined) {
      owners = new Map()
      ownersByCluster.set(cluster, owners)
    }
    return owners
  }

  function refuseHeld(name: string, parent: string): void {
    const known = all.get(name)
    if (known === undefined || known.parent === parent || known.deleting !== undefined || !isThere(known.parent)) return
    throw new HalcyonError(
      'SharedResource',
      `Cannot take in Application ${name}: ${known.parent || 'the root'} delivers one of that name already`,
    )
  }

  const applications = {
    upsert(parsed: Application, parent: string) {
      const manifest = detached(parsed)
      const { name } = manifest.metadata
      if (name === parent) return
      const known = all.get(name)
      if (known === undefined) {
        const app = newApplication(manifest, parent, false, options.now())
        all.set(name, app)
        options.onChanged(app)
        return
      }
      refuseHeld(name, parent)
      known.parent = parent
      known.manifest = manifest
      const isBack = known.deleting !== undefined
      known.deleting = undefined
      known.swept = false
      const spec = specDigest(manifest)
      if (spec === known.spec && !isBack) return
      known.spec = spec
      options.onChanged(known)
    },
    remove(name: string) {
      const app = all.get(name)
      if (app === undefined) {
        registry.gone(name)
        return
      }
      app.deleting = deletingOf(app.manifest)
      options.onChanged(app)
    },
    upsertProject(manifest: AppProject, parent: string) {
      projects.put(manifest, parent)
      const app = all.get(parent)
      if (app !== undefined) app.projects = [...withoutProject(app, manifest.metadata.name), manifest]
    },
    removeProject(name: string) {
      projects.remove(name)
      for (const app of all.values()) app.projects = withoutProject(app, name)
    },
  }
  const registry: RegistryTarget = createRegistryTarget({
    ...applications,
    upsertSet(object, parent) {
      const name = object.metadata.name ?? ''
      const known = sets.get(name)
      if (known !== undefined && known.parent !== parent && all.has(known.parent) && !known.deleting) {
        throw new HalcyonError(
          'SharedResource',
          `Cannot take in ApplicationSet ${name}: ${known.parent} delivers one of that name already`,
        )
      }
      const set = known ?? newSet(object, parent, options.now())
      set.parent = parent
      set.object = object
      set.deleting = false
      sets.set(name, set)
      options.onSetChanged?.(set)
    },
    removeSet(name) {
      const set = sets.get(name)
      if (set === undefined) {
        registry.gone(name, 'ApplicationSet')
        return
      }
      set.deleting = true
      options.onSetChanged?.(set)
    },
  })

  return {
    all,
    registry,
    projects,
    sets,
    addSet(set) {
      sets.set(set.name, set)
    },
    forgetSet(name) {
      sets.delete(name)
      registry.gone(name, 'ApplicationSet')
    },
    refuseHeld,
    take: applications.upsert,
    dismiss: applications.remove,
    get(name) {
      const app = all.get(name)
      if (app === undefined)
        throw new HalcyonError('NotFound', `Cannot find application ${name}: there is none of that name`)
      return app
    },
    add(app) {
      all.set(app.name, app)
      for (const project of app.projects) projects.restore(project, app.name)
    },
    forget(name) {
      all.delete(name)
      registry.gone(name)
    },
    owner: (cluster, key) => ownersOf(cluster).get(key),
    claim(cluster, key, name) {
      const owner = ownersOf(cluster).get(key)
      if (owner !== undefined && owner !== name && all.has(owner)) return false
      ownersOf(cluster).set(key, name)
      return true
    },
    release(cluster, key, name) {
      if (ownersOf(cluster).get(key) === name) ownersOf(cluster).delete(key)
    },
  }
}

function withoutProject(app: ManagedApplication, name: string): readonly AppProject[] {
  return app.projects.some((one) => one.metadata.name === name)
    ? app.projects.filter((one) => one.metadata.name !== name)
    : app.projects
}

const finalizer = 'resources-finalizer.argocd.argoproj.io'

/** Only a finalizer says that what was applied goes with the Application, and how (Argo CD, app deletion). */
function deletingOf(manifest: Application): Deleting {
  const own = (manifest.metadata.finalizers ?? []).find((one) => one === finalizer || one.startsWith(`${finalizer}/`))
  if (own === undefined) return { cascade: false, propagation: undefined }
  if (own === `${finalizer}/background`) return { cascade: true, propagation: 'Background' }
  return { cascade: true, propagation: own === `${finalizer}/foreground` ? 'Foreground' : undefined }
}

/** A copy whose texts are its own: what was parsed are slices, each of which keeps the text of the whole file in memory. */
function detached(manifest: Application): Application {
  return JSON.parse(JSON.stringify(manifest)) as Application
}
