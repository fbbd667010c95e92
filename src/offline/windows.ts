/** `halcyon windows`: may an application sync at a time, by which windows, and when does that change. Effects: reads files. */
import type { Application } from '../api/application.ts'
import { HalcyonError } from '../api/errors.ts'
import { argocdStrictAnnotation } from '../api/names.ts'
import { decideSync, type Forecast, nextChange, type SyncDecision, windowsOf } from '../delivery/windows/decide.ts'
import type { ReadWindow, WindowSubject } from '../delivery/windows/window.ts'
import { type ProjectFiles, readProjectFiles } from './project-files.ts'
import { applicationOf, flagOf, onlyKeys, type Question, textOf, timeOf } from './questions.ts'

export interface WindowAnswer {
  readonly application: string
  readonly project: string
  readonly at: string
  readonly strict: boolean
  readonly automated: SyncDecision
  readonly manual: SyncDecision
  /** When the answer becomes another one; null when that is not in sight. */
  readonly next: { readonly automated: NextAnswer | null; readonly manual: NextAnswer | null }
  /** The windows that concern the application, in the order of the project. */
  readonly windows: readonly AssignedWindow[]
  readonly warnings: readonly string[]
}

export interface NextAnswer {
  readonly at: string
  readonly allowed: boolean
  readonly because: string
}

export interface AssignedWindow {
  readonly index: number
  readonly kind: string
  readonly schedule: string
  readonly duration: string
  readonly timeZone: string
  readonly manualSync: boolean
  readonly syncOverrun: boolean
  readonly description: string
  readonly active: boolean
}

const keys = ['project', 'app', 'application', 'namespace', 'cluster', 'at', 'startedAt', 'strict']

/** Reads the files once; the function it returns answers one question after the other. `now` is used where a question has no time. */
export async function openWindows(
  files: readonly string[],
  now: () => number,
): Promise<(question: Question) => Promise<WindowAnswer>> {
  const found = await readProjectFiles(files)
  return (question) => answer(found, question, now())
}

/** Throws UsageInvalid, NotFound, and SpecInvalid for a window that concerns the application and cannot be read. */
async function answer(files: ProjectFiles, question: Question, now: number): Promise<WindowAnswer> {
  onlyKeys(question, keys)
  const asked = question['app'] ?? question['application']
  const application = isManifest(asked) ? await applicationOf(asked) : undefined
  const subject = subjectOf(question, asked, application)
  const named = textOf(question, 'project') || application?.spec.project
  const project =
    named === undefined || (!files.names.includes(named) && files.names.length === 1)
      ? files.only()
      : files.project(named)
  const strict = flagOf(question, 'strict') || application?.metadata.annotations?.[argocdStrictAnnotation] === 'true'
  const at = timeOf(question, 'at') ?? now
  const startedAt = timeOf(question, 'startedAt')
  const windows = windowsOf(project, subject, strict)
  return {
    application: subject.application,
    project: project.metadata.name,
    at: new Date(at).toISOString(),
    strict,
    automated: decideSync(windows, { manual: false, at, startedAt }),
    manual: decideSync(windows, { manual: true, at, startedAt }),
    next: { automated: nextAnswer(nextChange(windows, false, at)), manual: nextAnswer(nextChange(windows, true, at)) },
    windows: windows.map((window) => assigned(window, at)),
    warnings: windows.flatMap((window) => window.warnings.map((warning) => `syncWindows[${window.index}]: ${warning}`)),
  }
}

/** A name has no slash and no such ending. */
function isManifest(asked: unknown): boolean {
  if (typeof asked === 'string') return asked.includes('/') || /\.(?:ya?ml|json)$/.test(asked)
  return typeof asked === 'object' && asked !== null
}

function subjectOf(question: Question, asked: unknown, application: Application | undefined): WindowSubject {
  const cluster = textOf(question, 'cluster')
  const namespace = textOf(question, 'namespace')
  if (application === undefined && typeof asked !== 'string')
    throw new HalcyonError('UsageInvalid', 'Cannot answer about windows: name an application with --app')
  const destination =
    cluster === ''
      ? application?.spec.destination
      : /^https?:\/\//.test(cluster)
        ? { server: cluster }
        : { name: cluster }
  return {
    application: application?.metadata.name ?? String(asked),
    namespace: namespace || (application?.spec.destination.namespace ?? ''),
    // As in Argo CD a window sees only what the Application itself says of its cluster.
    server: destination?.server ?? '',
    name: destination?.name ?? '',
  }
}

function assigned(window: ReadWindow, at: number): AssignedWindow {
  const { kind, schedule, duration, timeZone, manualSync, syncOverrun, description } = window.spec
  const active = window.isOpen(at)
  return { index: window.index, kind, schedule, duration, timeZone, manualSync, syncOverrun, description, active }
}

function nextAnswer(forecast: Forecast | undefined): NextAnswer | null {
  if (forecast === undefined) return null
  const { allowed, because } = forecast.decision
  return { at: new Date(forecast.at).toISOString(), allowed, because }
}
