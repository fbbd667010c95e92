/** Answers "why is it like this" on one screen: what, since when, which object, which change, what was tried, what to do. Pure. */
import type { CommitView, WhyView } from '../api/views.ts'
import { refText } from '../kube/object.ts'
import type { ManagedApplication } from './application-state.ts'
import { policyOf } from './policy.ts'

export interface WhyInput {
  readonly app: ManagedApplication
  readonly now: number
  /** The commit that last changed what the application reads, and which of those paths. */
  readonly change: (CommitView & { readonly paths: readonly string[] }) | undefined
  /** The revision that was healthy before. */
  readonly before: { readonly revision: string; readonly finishedAt: string } | undefined
  readonly repositoryFailure: string | undefined
  readonly impact: readonly string[]
}

export function why(input: WhyInput): WhyView {
  const { app, change, before } = input
  return {
    application: app.name,
    headline: headline(input),
    sync: { status: app.sync.status, since: new Date(app.sync.since).toISOString() },
    health: {
      status: app.health.status,
      since: new Date(app.health.since).toISOString(),
      ...(app.health.message === '' ? {} : { message: app.health.message }),
    },
    ...(app.health.cause === undefined ? {} : { cause: app.health.cause }),
    ...(change === undefined
      ? {}
      : { change: { ...change, ...(before === undefined ? {} : { liveBefore: liveBefore(before, input.now) }) } }),
    impact: impact(input),
    tried: tried(app),
    next: nextSteps(input),
  }
}

function headline({ app, now }: WhyInput): string {
  const { name, health, sync } = app
  if (app.running !== undefined) {
    const since = age(now - Date.parse(app.operation?.startedAt ?? new Date(now).toISOString()))
    return `${name} is being synced for ${since}: ${causeText(app) ?? app.operation?.message ?? 'starting'}`
  }
  if (app.reason !== '' && sync.status !== 'Synced')
    return `${name} is ${sync.status} since ${clockTime(sync.since)} (${age(now - sync.since)}): ${app.message}`
  if (health.status === 'Degraded' || health.status === 'Missing') {
    return `${name} is ${health.status} since ${clockTime(health.since)} (${age(now - health.since)}): ${causeText(app) ?? health.message}`
  }
  if (health.status === 'Progressing')
    return `${name} is Progressing since ${clockTime(health.since)} (${age(now - health.since)}): ${causeText(app) ?? health.message}`
  if (sync.status === 'OutOfSync')
    return `${name} is OutOfSync since ${clockTime(sync.since)} (${age(now - sync.since)}): ${app.differing.size === 1 ? '1 object differs' : `${app.differing.size} objects differ`} from Git`
  if (sync.status === 'Unknown') return `${name} is Unknown: it has not been compared yet`
  return `${name} is ${sync.status} and ${health.status} since ${clockTime(Math.max(health.since, sync.since))} (${age(now - Math.max(health.since, sync.since))}): nothing is wrong`
}

function causeText(app: ManagedApplication): string | undefined {
  const { cause } = app.health
  return cause === undefined ? undefined : `${refText(cause.ref)}: ${cause.reason}: ${cause.message}`
}

function impact(input: WhyInput): string[] {
  const { hold } = input.app
  const lines = [...input.impact]
  if (hold !== undefined) {
    const why = hold.reason === '' ? '' : `: ${hold.reason}`
    const end = hold.lift === 'person' ? `halcyon resume ${input.app.name}` : 'its revert, or a commit that changes it'
    lines.push(
      `held at ${hold.revisions[0]?.slice(0, 7)} by ${hold.who} since ${hold.since.slice(0, 16)}Z${why}; ends with ${end}`,
    )
  }
  if (input.repositoryFailure !== undefined)
    lines.push(`Git is not reachable (${input.repositoryFailure}); the last good revision stays live`)
  if (input.app.sync.status === 'Unknown' && input.app.syncedRevisions[0] !== undefined) {
    lines.push(`revision ${input.app.syncedRevisions[0].slice(0, 7)} stays live`)
  }
  return lines
}

function tried(app: ManagedApplication): string[] {
  const { attempts, operation } = app
  const lines: string[] = []
  if (attempts !== undefined)
    lines.push(`${attempts.count} ${attempts.count === 1 ? 'try' : 'tries'} of this state failed: ${attempts.reason}`)
  if (operation?.retryAt !== undefined) lines.push(`next look ${operation.retryAt.slice(11, 19)} UTC`)
  if (app.heals.count > 0) lines.push(`drift healed ${app.heals.count} times`)
  if (app.running !== undefined && operation !== undefined)
    lines.push(`operation ${operation.id} runs until ${operation.deadline.slice(11, 19)} UTC at the latest`)
  return lines
}

function nextSteps({ app, before }: WhyInput): WhyView['next'] {
  const { name } = app
  if (app.sync.status === 'Synced' && app.health.status === 'Healthy') return []
  const steps: { command: string; effect: string }[] = []
  const policy = policyOf(app.manifest)
  if (app.sync.status === 'OutOfSync' && !policy.enabled)
    steps.push({ command: `halcyon sync ${name}`, effect: 'apply what Git says now' })
  if (app.attempts !== undefined) steps.push({ command: `halcyon sync ${name}`, effect: 'try again now' })
  if (before !== undefined && app.health.status !== 'Healthy') {
    steps.push({
      command: `halcyon undo ${name}`,
      effect: `back to ${before.revision.slice(0, 7)} now, and kept there`,
    })
    steps.push({ command: `halcyon hold ${name}`, effect: 'leave it as it is, and follow Git no more' })
  }
  steps.push({ command: `halcyon diff ${name}`, effect: 'what a sync would change' })
  steps.push({ command: `halcyon events ${name}`, effect: 'what happened, in order' })
  return steps
}

function liveBefore(before: { readonly revision: string; readonly finishedAt: string }, now: number): string {
  return `${before.revision.slice(0, 7)}, synced ${age(now - Date.parse(before.finishedAt))} ago`
}

function clockTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 16)} UTC`
}

/** `3 s`, `22 min`, `4 h`, `6 d`. */
function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 90) return `${seconds} s`
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`
  return `${Math.round(seconds / 86_400)} d`
}
