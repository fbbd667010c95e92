/** Holds: placed and lifted, remembered, and honoured by the loop. */
import type { Application } from '../api/application.ts'
import { HalcyonError } from '../api/errors.ts'
import type { Hold, HoldView } from '../api/hold.ts'
import { decideHold, needsRender } from '../delivery/hold/decide.ts'
import { type Resolved, resolve } from '../pipeline/pipeline.ts'
import { type ManagedApplication, specDigest } from './application-state.ts'
import { atRevisions } from './at-revisions.ts'
import { type ControllerContext, report } from './context.ts'
import { recordDecision } from './record-decision.ts'

/** What the loop delivers: the tracked revisions, or what a hold keeps. */
export interface Wanted {
  readonly manifest: Application
  /** Digest of the Application this comes from: the same revisions with other parameters are something else. */
  readonly spec: string
  readonly resolved: Resolved
}

/** What something renders to, as a digest of its inputs; undefined when it does not render. */
export type DigestOf = (wanted: Wanted) => Promise<string | undefined>

export function heldManifest(hold: Hold): Application {
  return atRevisions(JSON.parse(hold.manifest) as Application, hold.revisions)
}

/**
 * Under a hold, what it keeps; otherwise, and when the hold is lifted by now, `tracked`. Renders the tracked revisions only when
 * nothing cheaper tells, and each of them once.
 */
export async function underHold(
  context: ControllerContext,
  app: ManagedApplication,
  tracked: Wanted,
  digestOf: DigestOf,
  signal: AbortSignal,
): Promise<Wanted> {
  const { hold } = app
  if (hold === undefined) return tracked
  const manifest = heldManifest(hold)
  const spec = specDigest(JSON.parse(hold.manifest) as Application)
  const held = { manifest, spec, resolved: await resolve(manifest, context.pipeline, signal) }
  const { revisions } = tracked.resolved
  const input = { hold, revisions, now: context.clock.now() }
  const renders = needsRender(input)
  if (renders && app.holdJudged === revisions.join(' ')) return held
  const digest = renders ? await digestOf(tracked) : undefined
  const heldDigest = renders ? await digestOf(held) : undefined
  const decision = decideHold({ ...input, digest, heldDigest })
  app.holdJudged = renders ? revisions.join(' ') : ''
  recordDecision(context, app, {
    rule: 'hold',
    inputs: { ...input, hold: ruleOf(hold), digest: digest ?? null, heldDigest: heldDigest ?? null },
    outcome: decision.outcome,
    reason: decision.because,
  })
  if (decision.outcome === 'held') return held
  await liftHold(context, app, decision.because)
  return tracked
}

function ruleOf({
  revisions,
  quarantined,
  lift,
  until,
}: Hold): Pick<Hold, 'revisions' | 'quarantined' | 'lift' | 'until'> {
  return { revisions, quarantined, lift, ...(until === undefined ? {} : { until }) }
}

/** On disk before anything follows from it. */
export async function placeHold(context: ControllerContext, app: ManagedApplication, hold: Hold): Promise<void> {
  await context.store.putHold(hold)
  app.hold = hold
  app.holdJudged = ''
  wakeAtEnd(context, app)
  const at = hold.revisions[0]?.slice(0, 7) ?? ''
  report(context, {
    type: 'Held',
    application: app.name,
    message: `held at ${at} by ${hold.who}${hold.reason === '' ? '' : `: ${hold.reason}`}`,
    data: { revisions: hold.revisions, lift: hold.lift, ...(hold.until === undefined ? {} : { until: hold.until }) },
  })
}

export async function liftHold(context: ControllerContext, app: ManagedApplication, because: string): Promise<void> {
  if (app.hold === undefined) {
    throw new HalcyonError('UsageInvalid', `Cannot resume ${app.name}: it is not held`)
  }
  await context.store.deleteHold(app.name)
  app.hold = undefined
  app.holdJudged = ''
  report(context, { type: 'HoldLifted', application: app.name, message: because })
}

/** Nobody tells us that a time is over. */
export function wakeAtEnd(context: ControllerContext, app: ManagedApplication): void {
  const { hold } = app
  if (hold?.until === undefined) return
  const inMs = Date.parse(hold.until) - context.clock.now()
  context.clock.after(Math.max(0, Math.min(inMs, 2 ** 31 - 1)), () => {
    if (app.hold === hold) context.queue.add(app.name)
  })
}

/** As people see it. */
export function holdView({ manifest: _manifest, application: _application, ...view }: Hold): HoldView {
  return view
}
