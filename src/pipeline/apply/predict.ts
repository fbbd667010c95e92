/** The gather step of a sync: a server dry run of everything that would be written, so that a bundle which would be refused is refused whole. Effect, but writes nothing. */
import { HalcyonError, messageOf, reasonOf } from '../../api/errors.ts'
import { type GroupKind, refText, versionOf } from '../../kube/object.ts'
import { eachOf } from '../../runtime/each.ts'
import { sameFingerprint } from '../diff/fingerprint.ts'
import { isCrd, isNamespace } from '../plan/namespaces.ts'
import type { Change, DesiredObject, Plan } from '../plan/types.ts'
import { kindsServedBy } from './new-kinds.ts'
import { alwaysRecreated, recreatedAfter } from './recreate.ts'
import { requestsAtOnce, type Target, type Written } from './target.ts'

export interface Prediction {
  /** By key; what was not asked is absent. */
  readonly written: ReadonlyMap<string, Written>
  /** Keys whose live object already is what would be written: nothing to send, only to remember. */
  readonly settled: ReadonlySet<string>
}

/**
 * Throws DryRunRefused naming every refused object (at most three in full). Not asked, because the server cannot know yet: objects in
 * a namespace, or of a kind, that this plan creates; hooks that replace an older run of themselves; objects that are deleted first
 * (Force=true with Replace=true, or after a refusal); objects with
 * SkipDryRunOnMissingResource=true whose kind is unknown.
 */
export async function predict(
  plan: Plan,
  targetOf: (kind: GroupKind) => Target,
  namespaceComing: (namespace: string) => boolean,
  signal: AbortSignal,
): Promise<Prediction> {
  const written = new Map<string, Written>()
  const settled = new Set<string>()
  const refusals: Refusal[] = []
  const changes = plan.steps
    .filter((step) => step.phase !== 'SyncFail')
    .flatMap((step) => step.changes.filter((change) => change.desired !== undefined))
  const coming = comingWith(changes)
  await eachOf(changes, requestsAtOnce, async (change) => {
    const desired = change.desired
    if (desired === undefined) return
    const target = targetOf(desired.ref)
    if (isBeyondPrediction(change, desired, target, coming, namespaceComing)) return
    try {
      const result = await target.predict(desired, signal)
      written.set(change.key, result)
      const live = target.live(change.key)
      if (
        change.action !== 'hook' &&
        live !== undefined &&
        !live.deleting &&
        sameFingerprint(live.fingerprint, result.fingerprint)
      ) {
        settled.add(change.key)
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (target.live(change.key) !== undefined && recreatedAfter(error, desired)) return
      refusals.push({ change, error })
    }
  })
  if (refusals.length > 0) throw refusal(plan, refusals)
  return { written, settled }
}

/**
 * The plan without its hooks when the server says that no object differs: hooks belong to a sync of something, and who comes to a
 * cluster without memory of it (a new data directory) must not migrate a database again. Pure.
 */
export function withoutNeedlessHooks(plan: Plan, settled: ReadonlySet<string>): Plan {
  const objects = plan.steps.flatMap((step) => step.changes.filter((change) => change.action !== 'hook'))
  if (objects.length === 0 || !objects.every((change) => settled.has(change.key))) return plan
  const steps = plan.steps.map((step) => ({ ...step, changes: step.changes.filter((one) => one.action !== 'hook') }))
  return { ...plan, steps: steps.filter((step) => step.changes.length > 0 || step.unchanged.length > 0) }
}

interface Refusal {
  readonly change: Change
  readonly error: unknown
}

interface Coming {
  readonly namespaces: ReadonlySet<string>
  /** `group/kind/version`. */
  readonly kinds: ReadonlySet<string>
}

/** What this very plan brings: namespaces, and through CRDs kinds or versions of kinds. */
function comingWith(changes: readonly Change[]): Coming {
  const namespaces = new Set<string>()
  const kinds = new Set<string>()
  for (const { action, ref, desired } of changes) {
    if (desired === undefined) continue
    if (action === 'create' && isNamespace(ref)) namespaces.add(ref.name)
    if (!isCrd(ref)) continue
    for (const { group, kind, version } of kindsServedBy(desired)) kinds.add(`${group}/${kind}/${version}`)
  }
  return { namespaces, kinds }
}

function isBeyondPrediction(
  change: Change,
  desired: DesiredObject,
  target: Target,
  coming: Coming,
  namespaceComing: (namespace: string) => boolean,
): boolean {
  const { ref, options, hook } = desired
  if (ref.namespace !== '' && (coming.namespaces.has(ref.namespace) || namespaceComing(ref.namespace))) return true
  const version = versionOf(desired.object.apiVersion)
  if (coming.kinds.has(`${ref.group}/${ref.kind}/${version}`) && !target.serves(ref, version)) return true
  if (options.skipDryRunOnMissingResource && target.isNamespaced(ref) === undefined) return true
  if (alwaysRecreated(desired, target.live(change.key))) return true
  return hook?.deletePolicies.includes('BeforeHookCreation') === true && target.live(change.key) !== undefined
}

function refusal(plan: Plan, refusals: readonly Refusal[]): HalcyonError {
  const [first] = refusals
  const reason = reasonOf(first?.error)
  return new HalcyonError(
    reason === 'ApplyRefused' ? 'DryRunRefused' : reason,
    `Cannot sync ${plan.application}: ${refusalText(refusals)} (nothing was written)`,
    { cause: first?.error },
  )
}

/** Three objects in full; what is the server's and not the objects', and so the same for all of them, is said once. */
function refusalText(refusals: readonly Refusal[]): string {
  const [first] = refusals
  const causes = new Set(refusals.map(({ error }) => messageOf(error instanceof Error ? error.cause : error)))
  if (first !== undefined && refusals.length > 1 && causes.size === 1 && isOfServer(first.error)) {
    const others = refusals.length === 2 ? 'another object' : `${refusals.length - 1} other objects`
    return `${detail(first)} (and the same for ${others})`
  }
  const more = refusals.length > 3 ? `; and ${refusals.length - 3} more` : ''
  return `${refusals.slice(0, 3).map(detail).join('; ')}${more}`
}

function isOfServer(error: unknown): boolean {
  const reason = reasonOf(error)
  return reason === 'ClusterUnavailable' || reason === 'ClusterRefused'
}

/** The target says "Cannot apply <object> in <cluster>: ..."; that it cannot, the sentence around it says already. */
function detail({ change, error }: Refusal): string {
  const text = messageOf(error)
  const prefix = 'Cannot apply '
  return text.startsWith(prefix) ? text.slice(prefix.length) : `${refText(change.ref)}: ${text}`
}
