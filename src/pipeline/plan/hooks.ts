/** Which objects are hooks, in which phases they run, and when they are deleted. Argo CD's annotations, and Helm's mapped to them. Pure. */
import {
  helmHookAnnotation,
  helmHookDeletePolicyAnnotation,
  hookAnnotation,
  hookDeletePolicyAnnotation,
} from '../../api/names.ts'
import type { SyncPhase } from '../../api/views.ts'
import type { HookDeletePolicy } from './types.ts'
import { deletePhases, phaseOrder } from './waves.ts'

type Annotations = Readonly<Record<string, string>> | undefined

/**
 * `object`: applied and pruned as usual. `hook`: runs in each of the phases (at least one), those of a sync and those of a deletion.
 * `never`: in Git, but never applied: Skip, Helm tests and rollbacks; `unknown` names a hook type that no tool defines.
 */
export type HookVerdict =
  | { readonly kind: 'object' }
  | {
      readonly kind: 'hook'
      readonly phases: readonly SyncPhase[]
      readonly deletePolicies: readonly HookDeletePolicy[]
    }
  | { readonly kind: 'never'; readonly unknown: string | undefined }

const plainObject: HookVerdict = { kind: 'object' }
const allPhases: readonly SyncPhase[] = [...phaseOrder, ...deletePhases]
const argoTypes: ReadonlySet<string> = new Set([...allPhases, 'Skip'])

/** Helm's hook types. `undefined` = runs outside of a sync. */
const helmPhases: ReadonlyMap<string, SyncPhase | undefined> = new Map([
  ['pre-install', 'PreSync'],
  ['pre-upgrade', 'PreSync'],
  ['post-install', 'PostSync'],
  ['post-upgrade', 'PostSync'],
  ['crd-install', undefined],
  ['pre-delete', 'PreDelete'],
  ['post-delete', 'PostDelete'],
  ['pre-rollback', undefined],
  ['post-rollback', undefined],
  ['test', undefined],
  ['test-success', undefined],
  ['test-failure', undefined],
])

const policyNames: ReadonlyMap<string, HookDeletePolicy> = new Map([
  ['BeforeHookCreation', 'BeforeHookCreation'],
  ['HookSucceeded', 'HookSucceeded'],
  ['HookFailed', 'HookFailed'],
])

const helmPolicyNames: ReadonlyMap<string, HookDeletePolicy> = new Map([
  ['before-hook-creation', 'BeforeHookCreation'],
  ['hook-succeeded', 'HookSucceeded'],
  ['hook-failed', 'HookFailed'],
])

/** Helm's annotation is read only when Argo CD's names no known type; `helm.sh/hook: crd-install` is a plain CRD (Argo CD). */
export function hookVerdict(annotations: Annotations): HookVerdict {
  const argo = annotations?.[hookAnnotation]
  const helm = annotations?.[helmHookAnnotation]
  if (argo === undefined && (helm === undefined || helm.trim() === 'crd-install')) return plainObject
  const argoNames = splitList(argo)
  const known = argoNames.filter((name) => argoTypes.has(name))
  const phases = new Set<string>(known.length > 0 ? known : helmTypes(helm))
  const running = allPhases.filter((phase) => phases.has(phase))
  if (running.length > 0) return { kind: 'hook', phases: running, deletePolicies: deletePolicies(annotations) }
  const unknown =
    known.length > 0 ? undefined : [...argoNames, ...splitList(helm).filter((name) => !helmPhases.has(name))][0]
  return { kind: 'never', unknown }
}

function helmTypes(text: string | undefined): string[] {
  return splitList(text)
    .map((name) => helmPhases.get(name))
    .filter((phase) => phase !== undefined)
}

/** Both tools' annotations count; none means BeforeHookCreation. */
function deletePolicies(annotations: Annotations): HookDeletePolicy[] {
  const policies = new Set<HookDeletePolicy>()
  for (const name of splitList(annotations?.[hookDeletePolicyAnnotation])) {
    const policy = policyNames.get(name)
    if (policy !== undefined) policies.add(policy)
  }
  for (const name of splitList(annotations?.[helmHookDeletePolicyAnnotation])) {
    const policy = helmPolicyNames.get(name)
    if (policy !== undefined) policies.add(policy)
  }
  return policies.size === 0 ? ['BeforeHookCreation'] : [...policies]
}

/** The items of a comma-separated annotation, trimmed, empty ones left out. */
export function splitList(text: unknown): string[] {
  if (typeof text !== 'string') return []
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** Kubernetes names may have 63 characters where they become labels of Pods, as Jobs' do. */
const nameLimit = 63

/**
 * A name for a hook that has only generateName: `<generateName><revision, 7 characters>-<phase>`, as Argo CD but without the clock, so
 * that a restart finds the hook it started. Chart versions and the like are made fit for a name.
 */
export function generatedName(generateName: string, revision: string, phase: SyncPhase): string {
  const short = revision
    .toLowerCase()
    .replace(/^sha256:/, '')
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, 7)
    .replace(/^-+|-+$/g, '')
  const suffix = [short, phase.toLowerCase()].filter((part) => part !== '').join('-')
  return `${generateName.slice(0, nameLimit - suffix.length)}${suffix}`
}
