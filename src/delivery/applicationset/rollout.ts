/** RollingSync: which applications of a set may be synced now (Argo CD, Progressive Syncs). Pure; the result is printable. */
import type { ApplicationSet, RollingStep } from '../../api/applicationset.ts'

export interface RolloutMember {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly synced: boolean
  readonly healthy: boolean
  /** A sync runs, or is asked for. */
  readonly running: boolean
}

export type RolloutStatus = 'Waiting' | 'Pending' | 'Progressing' | 'Healthy'

export interface Rollout {
  /** To be synced now, in order. */
  readonly sync: readonly string[]
  /** The step (from 1) that is worked on; undefined when all are through. */
  readonly step: number | undefined
  readonly members: readonly {
    readonly name: string
    /** 0 = in no step: never synced by the rollout. */
    readonly step: number
    readonly status: RolloutStatus
    readonly message: string
  }[]
}

/** The steps of a set that rolls; undefined when all its applications are updated at once. */
export function rollingSteps(set: ApplicationSet): readonly RollingStep[] | undefined {
  const { strategy } = set.spec
  const steps = strategy?.type === 'RollingSync' ? (strategy.rollingSync?.steps ?? []) : []
  return steps.length === 0 ? undefined : steps
}

/** Each step waits until all applications of the steps before it are synced and healthy. */
export function planRollout(steps: readonly RollingStep[], members: readonly RolloutMember[]): Rollout {
  const stepOf = new Map(
    members.map((member) => [member.name, steps.findIndex((step) => matches(step, member.labels))]),
  )
  const isDone = ({ synced, healthy, running }: RolloutMember) => synced && healthy && !running
  const current = steps.findIndex((_, index) =>
    members.some((member) => stepOf.get(member.name) === index && !isDone(member)),
  )
  const inStep = members.filter((member) => current >= 0 && stepOf.get(member.name) === current)
  const limit = current < 0 ? 0 : maxUpdate(steps[current]!, inStep.length)
  const busy = inStep.filter((member) => member.running || (member.synced && !member.healthy)).length
  const waiting = inStep.filter((member) => !member.synced && !member.running).map((member) => member.name)
  const sync = waiting.slice(0, Math.max(0, limit - busy))
  const chosen = new Set(sync)
  return {
    sync,
    step: current < 0 ? undefined : current + 1,
    members: members.map((member) => {
      const step = (stepOf.get(member.name) ?? -1) + 1
      return { name: member.name, step, ...statusOf(member, step, current + 1, chosen.has(member.name), limit) }
    }),
  }
}

/** All expressions hold; a step without any takes every application. */
function matches(step: RollingStep, labels: Readonly<Record<string, string>>): boolean {
  return (step.matchExpressions ?? []).every(({ key, operator, values }) => {
    const isIn = Object.hasOwn(labels, key) && values.includes(labels[key]!)
    return operator === 'In' ? isIn : !isIn
  })
}

/** Without a limit, all. A share is rounded down, but lets at least one through; 0 leaves it to people. */
function maxUpdate(step: RollingStep, members: number): number {
  const limit = step.maxUpdate
  if (limit === undefined) return members
  if (typeof limit === 'number') return limit
  const share = Number(limit.slice(0, -1))
  return share === 0 ? 0 : Math.max(1, Math.floor((members * share) / 100))
}

function statusOf(
  member: RolloutMember,
  step: number,
  current: number,
  chosen: boolean,
  limit: number,
): { readonly status: RolloutStatus; readonly message: string } {
  if (member.running) return { status: 'Progressing', message: 'it is being synced' }
  if (member.synced) {
    return member.healthy
      ? { status: 'Healthy', message: '' }
      : { status: 'Progressing', message: 'it is synced and not healthy yet' }
  }
  if (step === 0) return { status: 'Waiting', message: 'no step selects it: sync it by hand' }
  if (chosen) return { status: 'Pending', message: 'it is to be synced' }
  if (step !== current) return { status: 'Waiting', message: `step ${current} is not through` }
  if (limit === 0) return { status: 'Waiting', message: 'maxUpdate of its step is 0: sync it by hand' }
  return { status: 'Waiting', message: `its step syncs ${limit} at once` }
}
