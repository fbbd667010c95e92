/** What `up` leaves on the screen when the first round is over: the answer, the table, and what to try. Pure. */

import { elapsedText } from '../../api/verdict/age.ts'
import { plainLine } from '../../api/verdict/plain.ts'
import { byUrgency, isQuiet, verdictsOf } from '../../api/verdict/verdict.ts'
import type { ApplicationView } from '../../api/views.ts'
import { applicationTable } from './application-table.ts'
import { type Service, serviceLines } from './progress.ts'
import { counted, verdictLines } from './status.ts'
import type { Style } from './style.ts'

export interface ReadyScreen {
  /** What was started and where; the live picture that showed it is gone by now. */
  readonly services?: readonly Service[]
  readonly applications: readonly ApplicationView[]
  readonly objects: number
  /** Since the process started. */
  readonly elapsedMs: number
  /** A kubeconfig that reaches the cluster, when it is the sandbox. */
  readonly kubeconfig: string | undefined
  /** The clone of the demo repository, when it is the demo. */
  readonly demoClone: string | undefined
  /** How people call the command: `halcyon`, or how it was started. */
  readonly command?: string
  /** Shortens paths: the home directory becomes `~`. */
  readonly home: string
}

export interface ReadyOptions {
  readonly now: number
  readonly style: Style
  readonly width?: number | undefined
}

/** More applications than this are not listed: only those that are not well. */
const tableLimit = 30

export function readyLines(screen: ReadyScreen, options: ReadyOptions): string[] {
  const { style } = options
  const { applications } = screen
  const open = applications.filter((application) => !isQuiet(application))
  const listed = applications.length > tableLimit ? open.slice(0, tableLimit) : applications
  const services = serviceLines(screen.services ?? [], style)
  const lines = [
    ...(services.length === 0 ? [] : [...services, '']),
    `  ${counted(applications.length, 'application')}, ${counted(screen.objects, 'object')}`,
    ...applicationTable(listed, { ...options, indent: 2 }),
    '',
    ...answer(applications, open, screen.elapsedMs, options),
  ]
  const ideas = tries(screen, open)
  if (ideas.length > 0) {
    lines.push('', ...ideas.map((idea, index) => `  ${index === 0 ? style.bold('Try:') : '    '}  ${idea}`))
  }
  return lines
}

function answer(
  applications: readonly ApplicationView[],
  open: readonly ApplicationView[],
  elapsedMs: number,
  options: ReadyOptions,
): string[] {
  const healthy = `${applications.length - open.length} of ${applications.length} healthy after ${elapsedText(elapsedMs)}`
  if (open.length === 0) return [`  ${options.style.good('All quiet')}: ${healthy}.`]
  const verdicts = verdictsOf(applications, options.now)
  const urgent = open.toSorted(byUrgency(verdicts)).slice(0, 5)
  return [`  ${healthy}:`, ...verdictLines(urgent, verdicts, { ...options, indent: 4 })]
}

/** Each line can be copied into a shell as it stands. */
function tries(screen: ReadyScreen, open: readonly ApplicationView[]): string[] {
  const { demoClone, kubeconfig, home } = screen
  const command = screen.command ?? 'halcyon'
  const lines: string[] = []
  if (demoClone !== undefined) {
    const file = 'shop/overlays/staging/kustomization.yaml'
    lines.push(
      `cd ${shellPath(demoClone, home)} && \${EDITOR:-vi} ${file} && git commit -am "More replicas" && git push`,
      `git cherry-pick origin/broken-image && git push      # break something, then: ${command} why shop-staging`,
    )
  } else {
    const name = open[0]?.name ?? screen.applications[0]?.name
    if (name !== undefined) lines.push(`${command} why ${plainLine(name)}`)
    lines.push(`${command} status`)
  }
  if (kubeconfig !== undefined) lines.push(`export KUBECONFIG=${shellPath(kubeconfig, home)} && kubectl get pods -A`)
  return lines
}

/** A path as a person types it: `~/...` below the home directory, quoted when the shell would split it. */
export function shellPath(path: string, home: string): string {
  const rest = home !== '' && home !== '/' && path.startsWith(`${home}/`) ? path.slice(home.length + 1) : undefined
  const text = rest ?? path
  const quoted = /^[\w./@%+:,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
  return rest === undefined ? quoted : `~/${quoted}`
}
