/** What `up --once` prints at the end, and its exit code. Pure. */

import { elapsedText } from '../../api/verdict/age.ts'
import type { ApplicationView } from '../../api/views.ts'
import { applicationTable } from './application-table.ts'
import { counted } from './status.ts'
import { type Format, structured } from './structured.ts'
import type { Style } from './style.ts'

/** The document of `up --once -o json`: a stable contract. */
export interface OnceReport {
  readonly applications: readonly {
    readonly name: string
    readonly sync: string
    readonly health: string
    readonly revision: string
    readonly reason: string
    readonly message: string
  }[]
  readonly renders: number
  readonly requests: { readonly mutating: number; readonly other: number }
  readonly seconds: number
}

export interface OnceOutcome {
  readonly applications: readonly ApplicationView[]
  readonly renders: number
  readonly requests: { readonly mutating: number; readonly other: number }
  readonly elapsedMs: number
}

export function onceReport(outcome: OnceOutcome): OnceReport {
  return {
    applications: outcome.applications.map(({ name, sync, health, revision, reason, message }) => ({
      name,
      sync: sync.status,
      health: health.status,
      revision,
      reason,
      message,
    })),
    renders: outcome.renders,
    requests: outcome.requests,
    seconds: Math.round(outcome.elapsedMs) / 1000,
  }
}

/** 0 when every application is Synced and Healthy (or suspended on purpose); with nothing to do there is nothing wrong. */
export function onceExitCode(applications: readonly ApplicationView[]): 0 | 1 {
  const well = applications.every(
    ({ sync, health }) => sync.status === 'Synced' && (health.status === 'Healthy' || health.status === 'Suspended'),
  )
  return well ? 0 : 1
}

export function onceText(
  outcome: OnceOutcome,
  format: Format,
  options: { now: number; style: Style; width?: number | undefined },
): string {
  if (format !== 'table') return structured(onceReport(outcome), format)
  const { applications, requests, renders } = outcome
  const well = applications.filter((application) => onceExitCode([application]) === 0).length
  const work = `${counted(renders, 'render')}, ${counted(requests.mutating, 'write')}, ${counted(requests.other, 'read')}`
  return [
    ...applicationTable(applications, { ...options, header: true }),
    '',
    `${well} of ${applications.length} synced and healthy after ${elapsedText(outcome.elapsedMs)}; ${work}`,
    '',
  ].join('\n')
}
