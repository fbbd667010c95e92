/** Do the sync windows of its project let an application sync now, and if not, until when? No effects but the decision record. */
import { argocdStrictAnnotation } from '../api/names.ts'
import { decideSync, nextChange, windowsOf } from '../delivery/windows/decide.ts'
import type { ManagedApplication } from './application-state.ts'
import type { ControllerContext } from './context.ts'
import { recordDecision } from './record-decision.ts'

export interface Gate {
  readonly message: string
  /** When the answer changes, in ms; undefined when that is not in sight. */
  readonly untilMs: number | undefined
}

/** Undefined = go on. Throws SpecInvalid for a window that concerns the application and cannot be read: it must not be passed over. */
export function closedGate(context: ControllerContext, app: ManagedApplication, manual: boolean): Gate | undefined {
  const project = context.fleet.projects.of(app)
  if (project === undefined || (project.spec.syncWindows ?? []).length === 0) return undefined
  const at = context.clock.now()
  const { destination } = app.manifest.spec
  const subject = {
    application: app.name,
    namespace: destination.namespace ?? '',
    server: destination.server ?? '',
    name: destination.name ?? '',
  }
  const strict = app.manifest.metadata.annotations?.[argocdStrictAnnotation] === 'true'
  const windows = windowsOf(project, subject, strict)
  const decision = decideSync(windows, { manual, at })
  if (decision.allowed) return undefined
  const next = nextChange(windows, manual, at)
  const opens = next === undefined ? 'no opening is in sight' : `opens at ${new Date(next.at).toISOString()}`
  const who = manual ? 'by hand' : 'automatically'
  const message = `Cannot sync ${app.name} ${who}: ${opens}; ${decision.because}, in project ${project.metadata.name}`
  recordDecision(context, app, {
    rule: 'sync-window',
    inputs: { project: project.metadata.name, windows: project.spec.syncWindows, subject, strict, manual, at },
    outcome: 'wait',
    reason: message,
  })
  return { message, untilMs: next?.at }
}
