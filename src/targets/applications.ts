/** Halcyon's own set of applications as a target: an app of apps applies into it, with waves and health like any other object. */
import { Application } from '../api/application.ts'
import { readApplicationSet } from '../api/applicationset.ts'
import { AppProject } from '../api/appproject.ts'
import { HalcyonError } from '../api/errors.ts'
import { argoGroup } from '../api/names.ts'
import type { HealthStatus } from '../api/views.ts'
import { type KubeObject, type ObjectRef, parseRefKey, refKey, refText } from '../kube/object.ts'
import type { Target, Written } from '../pipeline/apply/target.ts'
import type { DesiredObject, LiveObject } from '../pipeline/plan/types.ts'
import { registryKinds } from './kubernetes.ts'

/** What the registry does with an Application or ApplicationSet; implemented by the fleet. */
export interface ApplicationRegistry {
  /** Adds or changes. Throws HalcyonError SharedResource when another parent holds the name. */
  upsert(manifest: Application, parent: string): void
  /** Removes; resolves at once, the objects go in the background. */
  remove(name: string): void
  /** As upsert, of an AppProject. */
  upsertProject(manifest: AppProject, parent: string): void
  removeProject(name: string): void
  /** Adds or changes an ApplicationSet; what it generates follows in the background. Throws as `upsert`. */
  upsertSet(object: KubeObject, parent: string): void
  removeSet(name: string): void
}

type ChildKind = 'Application' | 'ApplicationSet'

export interface RegistryTarget extends Target {
  /** Called by the fleet when a child's verdict changes. */
  setHealth(name: string, health: HealthStatus | '', message: string, kind?: ChildKind): void
  /** Called by the fleet when a removed child and what it had applied are gone. */
  gone(name: string, kind?: ChildKind): void
  /** Puts back what was applied before a restart. */
  restore(key: string, name: string, fingerprint: string): void
  subscribe(listener: (key: string) => void): () => void
}

export function createRegistryTarget(registry: ApplicationRegistry): RegistryTarget {
  const entries = new Map<string, LiveObject>()
  const keyByName = new Map<string, string>()
  const listeners = new Set<(key: string) => void>()

  function put(key: string, entry: LiveObject): void {
    entries.set(key, entry)
    for (const listener of listeners) listener(key)
  }

  function entryOf(key: string, fingerprint: string, previous: LiveObject | undefined, trackingId: string): LiveObject {
    return {
      key,
      uid: key,
      resourceVersion: '0',
      fingerprint,
      deleting: false,
      health: previous?.health ?? '',
      message: previous?.message ?? '',
      trackingId,
      pruneRules: undefined,
    }
  }

  return {
    name: 'applications',
    gatesLastStep: false,
    revives: true,
    owns: (kind) => kind.group === argoGroup && registryKinds.has(kind.kind),
    isNamespaced: () => true,
    prepare: async () => {},
    live: (key) => entries.get(key),
    read: async () => undefined,
    async predict(desired) {
      if (desired.ref.kind === 'Application') parseApplication(desired.object)
      if (desired.ref.kind === 'AppProject') parseAppProject(desired.object)
      if (desired.ref.kind === 'ApplicationSet') readApplicationSet(desired.object)
      return written(desired)
    },
    async apply(desired) {
      const previous = entries.get(desired.key)
      if (desired.ref.kind === 'Application') {
        const manifest = parseApplication(desired.object)
        keyByName.set(nameKey('Application', manifest.metadata.name), desired.key)
        registry.upsert(manifest, parentOf(desired))
      }
      if (desired.ref.kind === 'AppProject') registry.upsertProject(parseAppProject(desired.object), parentOf(desired))
      if (desired.ref.kind === 'ApplicationSet') {
        keyByName.set(nameKey('ApplicationSet', desired.ref.name), desired.key)
        registry.upsertSet(desired.object, parentOf(desired))
      }
      const after = entries.get(desired.key) ?? previous
      const entry = entryOf(desired.key, desired.digest, after, trackingOf(desired))
      put(desired.key, { ...entry, ...untold(desired.ref.kind, after) })
      return written(desired)
    },
    async remove(ref) {
      const key = refKey(ref)
      const entry = entries.get(key)
      if (entry === undefined) return
      if (ref.kind === 'AppProject') registry.removeProject(ref.name)
      if (ref.kind !== 'Application' && ref.kind !== 'ApplicationSet') {
        entries.delete(key)
        for (const listener of listeners) listener(key)
        return
      }
      put(key, { ...entry, deleting: true })
      if (ref.kind === 'Application') registry.remove(ref.name)
      else registry.removeSet(ref.name)
    },
    serves: () => true,
    rediscover: async () => {},
    setHealth(name, health, message, kind = 'Application') {
      const key = keyByName.get(nameKey(kind, name))
      const entry = key === undefined ? undefined : entries.get(key)
      if (entry === undefined || (entry.health === health && entry.message === message)) return
      put(entry.key, { ...entry, health, message })
    },
    gone(name, kind = 'Application') {
      const key = keyByName.get(nameKey(kind, name))
      if (key === undefined) return
      entries.delete(key)
      keyByName.delete(nameKey(kind, name))
      for (const listener of listeners) listener(key)
    },
    restore(key, name, fingerprint) {
      // Only Applications and sets are asked for by name; a project may share its name with one.
      const { kind } = parseRefKey(key)
      if (kind === 'Application' || kind === 'ApplicationSet') keyByName.set(nameKey(kind, name), key)
      entries.set(key, entryOf(key, fingerprint, undefined, ''))
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function nameKey(kind: ChildKind, name: string): string {
  return `${kind}/${name}`
}

/**
 * What is Progressing until somebody has looked at it, so that a wave does not pass before: a set whenever it is applied, because what it
 * generates follows later, and an Application that is new.
 */
function untold(kind: string, known: LiveObject | undefined): Partial<LiveObject> {
  if (kind === 'ApplicationSet') return { health: 'Progressing', message: 'its applications are being generated' }
  if (kind === 'Application' && known === undefined) return { health: 'Progressing', message: 'not compared yet' }
  return {}
}

/** Throws SpecInvalid with the path of every problem. */
export function parseApplication(object: KubeObject): Application {
  const parsed = Application.safeParse(object)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new HalcyonError(
    'SpecInvalid',
    `Cannot read Application ${object.metadata?.name ?? '?'}: ${problems.join('; ')}`,
  )
}

/** Throws SpecInvalid with the path of every problem. */
export function parseAppProject(object: KubeObject): AppProject {
  const parsed = AppProject.safeParse(object)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new HalcyonError(
    'SpecInvalid',
    `Cannot read AppProject ${object.metadata?.name ?? '?'}: ${problems.join('; ')}`,
  )
}

function written(desired: DesiredObject): Written {
  return { object: desired.object, uid: desired.key, fingerprint: desired.digest, created: false, warnings: [] }
}

/** The tracking id starts with the name of the application that delivers the object. */
function parentOf(desired: DesiredObject): string {
  return trackingOf(desired).split(':')[0] ?? ''
}

function trackingOf(desired: DesiredObject): string {
  return desired.object.metadata.annotations?.['argocd.argoproj.io/tracking-id'] ?? ''
}

export function notSupported(ref: ObjectRef): string {
  return `${refText(ref)} is read but not acted on yet`
}
