/** Plays a situation: what was applied, what happened to the cluster, what Git says now. Used by tests only. Pure. */
import type { FieldChange } from '../../api/views.ts'
import type { GroupKind, KubeObject } from '../../kube/object.ts'
import type { InventoryRecord } from '../../store/store.ts'
import { diffObjects } from '../diff/fields.ts'
import { toDesired } from './desired.ts'
import { recordOf } from './inventory.ts'
import { orderDesired } from './namespaces.ts'
import { pruneRulesOf } from './options.ts'
import type { DesiredObject, LiveObject, Plan, PlanInput } from './types.ts'

export interface Story {
  readonly options?: Partial<
    Pick<PlanInput, 'kind' | 'prune' | 'allowEmpty' | 'initiatedBy' | 'syncOptions' | 'removal'>
  >
  /** What a sync applied some time ago. */
  readonly before?: readonly KubeObject[]
  /** What Git says now; absent = the same. */
  readonly after?: readonly KubeObject[]
  /** What happened to the cluster since, by key. `foreign` = there, but not ours. */
  readonly cluster?: Readonly<
    Record<string, 'gone' | 'drifted' | 'deleting' | 'foreign' | { readonly trackedBy: string }>
  >
}

export const revisionBefore = 'aaaaaaa111111111111111111111111111111111'
export const revisionNow = '1b22f01222222222222222222222222222222222'

const clusterScoped: ReadonlySet<string> = new Set([
  'Namespace',
  'CustomResourceDefinition',
  'ClusterRole',
  'PersistentVolume',
])
const builtIn =
  /^(|apps|batch|rbac\.authorization\.k8s\.io|networking\.k8s\.io|apiextensions\.k8s\.io|policy|autoscaling)$/

/** Serves the built-in groups; custom kinds must bring their CRD. */
export function isNamespaced(kind: GroupKind): boolean | undefined {
  return builtIn.test(kind.group) ? !clusterScoped.has(kind.kind) : undefined
}

export function desiredOf(objects: readonly KubeObject[], revision: string, syncOptions: readonly string[] = []) {
  return toDesired({
    application: { name: 'shop', namespace: 'argocd' },
    destinationNamespace: 'shop',
    rendered: objects.map((object) => ({ object, origin: { source: 0, path: 'app.yaml' } })),
    isNamespaced,
    syncOptions,
    instance: 'test',
    revision,
  })
}

/** The input of a plan that follows from the story. */
export function inputOf(story: Story): PlanInput {
  const { options = {}, before = [], cluster = {} } = story
  const after = story.after ?? before
  const applied = orderDesired(desiredOf(before, revisionBefore).objects.filter((object) => object.hook === undefined))
  const desired = desiredOf(after, revisionNow, options.syncOptions)
  const live = new Map<string, LiveObject>(applied.map((object) => [object.key, liveOf(object)]))
  for (const [key, what] of Object.entries(cluster)) happen(live, key, what)
  return {
    application: 'shop',
    revision: revisionNow,
    desired: desired.objects,
    untouched: desired.untouched,
    inventory: applied.map((object) => recordOf(object, writtenOf(object))),
    live,
    kind: 'sync',
    prune: true,
    allowEmpty: false,
    initiatedBy: 'automated',
    syncOptions: [],
    ...options,
  }
}

function happen(live: Map<string, LiveObject>, key: string, what: NonNullable<Story['cluster']>[string]) {
  const known = live.get(key) ?? unknownLive(key)
  if (what === 'gone') live.delete(key)
  else if (what === 'drifted') live.set(key, { ...known, fingerprint: 'drifted' })
  else if (what === 'deleting') live.set(key, { ...known, deleting: true })
  else if (what === 'foreign') live.set(key, { ...unknownLive(key), fingerprint: 'unowned' })
  else live.set(key, { ...known, trackingId: trackingFor(key, what.trackedBy) })
}

function trackingFor(key: string, application: string): string {
  const [group, kind, namespace, name] = key.split('/')
  return `${application}:${group}/${kind}:${namespace}/${name}`
}

function unknownLive(key: string): LiveObject {
  return {
    key,
    uid: `uid ${key}`,
    resourceVersion: '1',
    fingerprint: '',
    deleting: false,
    health: '',
    message: '',
    trackingId: '',
    pruneRules: undefined,
  }
}

/** The server's answer to an apply, as far as a plan cares. */
export function writtenOf(object: DesiredObject): { fingerprint: string; uid: string } {
  return { fingerprint: `as applied ${object.digest}`, uid: `uid ${object.key}` }
}

export function liveOf(object: DesiredObject): LiveObject {
  return {
    ...unknownLive(object.key),
    ...writtenOf(object),
    trackingId: object.object.metadata.annotations?.['argocd.argoproj.io/tracking-id'] ?? '',
    pruneRules: pruneRulesOf(object.object),
  }
}

/** The state that a successful run of the plan leaves behind. */
export function afterApply(input: PlanInput, plan: Plan): PlanInput {
  const live = new Map(input.live)
  const inventory = new Map<string, InventoryRecord>(input.inventory.map((record) => [record.key, record]))
  for (const change of plan.steps.flatMap((step) => step.changes)) {
    if (change.action === 'prune') {
      live.delete(change.key)
      inventory.delete(change.key)
    } else if (change.desired !== undefined && change.action !== 'hook') {
      live.set(change.key, liveOf(change.desired))
      inventory.set(change.key, recordOf(change.desired, writtenOf(change.desired)))
    }
  }
  for (const { key } of plan.forget) inventory.delete(key)
  return { ...input, live, inventory: [...inventory.values()] }
}

/** Field changes of every update, between what was applied and what is wanted. */
export function fieldChangesOf(story: Story): Map<string, readonly FieldChange[]> {
  const before = new Map(desiredOf(story.before ?? [], revisionBefore).objects.map((one) => [one.key, one.object]))
  const after = desiredOf(story.after ?? story.before ?? [], revisionNow).objects
  return new Map(after.map((one) => [one.key, diffObjects(before.get(one.key), one.object)]))
}
