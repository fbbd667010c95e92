/** Schemas of what the API answers, for the OpenAPI document. The types in `api/views.ts` rule; `AllMatch` fails to compile when one differs. */
import { z } from 'zod'
import type { HoldView, UndoView } from '../api/hold.ts'
import { type Reason, reasons } from '../api/reasons.ts'
import type { Verdict as VerdictView } from '../api/verdict/verdict.ts'
import type * as views from '../api/views.ts'
import type { DecisionRecord } from '../store/store.ts'

const time = z.string().meta({ format: 'date-time' })
const count = z.number().int()
const reason = z.enum(Object.keys(reasons) as [Reason, ...Reason[]])
const list = <Item extends z.ZodType>(item: Item) => z.array(item).readonly()

export const ObjectRef = z.object({ group: z.string(), kind: z.string(), namespace: z.string(), name: z.string() })

export const Cause = z.object({ ref: ObjectRef, chain: list(ObjectRef), reason: z.string(), message: z.string() })

const syncStatus = z.enum(['Synced', 'OutOfSync', 'Unknown'])
const healthStatus = z.enum(['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'])
export const ResourceSelector = z.strictObject({
  group: z.string(),
  kind: z.string().min(1),
  namespace: z.string().optional(),
  name: z.string().min(1),
  exclude: z.boolean().optional(),
})

const syncPhase = z.enum(['PreSync', 'Sync', 'PostSync', 'SyncFail', 'PreDelete', 'PostDelete'])
const operationPhase = z.enum(['Running', 'Succeeded', 'Failed', 'Error', 'Terminated'])

export const Operation = z.object({
  id: z.string(),
  kind: z.enum(['sync', 'heal']),
  phase: operationPhase,
  initiatedBy: z.string(),
  revision: z.string(),
  startedAt: time,
  finishedAt: time.exactOptional(),
  deadline: time,
  reason: reason.exactOptional(),
  message: z.string(),
  step: z.object({ phase: syncPhase, wave: count, index: count, count }).exactOptional(),
  waitingFor: z.object({ ref: ObjectRef, message: z.string(), since: time }).exactOptional(),
  attempts: count,
  retryAt: time.exactOptional(),
})

const syncVerdict = z.object({ status: syncStatus, since: time })
const healthVerdict = z.object({
  status: healthStatus,
  since: time,
  message: z.string().exactOptional(),
  cause: Cause.exactOptional(),
})

export const Hold = z.object({
  revisions: list(z.string()),
  quarantined: list(z.object({ revision: z.string(), digest: z.string() })),
  lift: z.enum(['newer', 'person']),
  reason: z.string(),
  who: z.string(),
  since: time,
  until: time.exactOptional(),
})

export const Undo = z.object({
  application: z.string(),
  from: z.string(),
  to: z.string(),
  hold: Hold,
  revert: z.object({
    branch: z.string().exactOptional(),
    commit: z.string().exactOptional(),
    commands: list(z.string()),
    note: z.string(),
  }),
})

export const Application = z.object({
  name: z.string(),
  project: z.string(),
  parent: z.string().exactOptional(),
  implicit: z.boolean(),
  destination: z.object({ cluster: z.string(), namespace: z.string() }),
  sources: list(
    z.object({
      repoURL: z.string(),
      path: z.string().exactOptional(),
      chart: z.string().exactOptional(),
      targetRevision: z.string(),
    }),
  ),
  sync: syncVerdict,
  health: healthVerdict,
  revision: z.string(),
  syncedRevision: z.string(),
  reason: z.union([reason, z.literal('')]),
  message: z.string(),
  objects: count,
  operation: Operation.exactOptional(),
  hold: Hold.exactOptional(),
  automated: z.object({ enabled: z.boolean(), prune: z.boolean(), selfHeal: z.boolean() }),
  observedAt: time,
})

export const Verdict = z.object({
  group: z.enum(['needsYou', 'shipping', 'waiting', 'quiet']),
  word: z.string(),
  since: z.string(),
  text: z.string(),
  next: z.string(),
})

export const ListedApplication = Application.extend({ verdict: Verdict })

export const Overview = z.object({
  applications: count,
  counts: z.object({ needsYou: count, shipping: count, waiting: count, quiet: count }),
  held: count,
  needsYou: list(ListedApplication),
  shipping: list(ListedApplication),
  waiting: list(ListedApplication),
  lastChange: time.exactOptional(),
  observedAt: time.exactOptional(),
  projects: list(z.string()),
  now: time,
})

export const Approval = z.object({ plan: z.string(), message: z.string(), deletes: list(ObjectRef) })

export const Resource = z.object({
  ref: ObjectRef,
  sync: syncStatus,
  health: z.union([healthStatus, z.literal('')]),
  message: z.string(),
  phase: syncPhase,
  wave: count,
  hook: z.boolean(),
})

export const Commit = z.object({ sha: z.string(), subject: z.string(), author: z.string(), at: time })

export const ApplicationDetail = Application.extend({
  resources: list(Resource),
  warnings: list(z.string()),
  lastChange: Commit.exactOptional(),
  approval: Approval.exactOptional(),
})

export const FieldChange = z.object({
  path: z.string(),
  before: z.string().exactOptional(),
  after: z.string().exactOptional(),
})

export const Change = z.object({
  action: z.enum(['create', 'update', 'prune', 'hook', 'skip']),
  ref: ObjectRef,
  phase: syncPhase,
  wave: count,
  reason: z.string(),
  fields: list(FieldChange),
})

export const Plan = z.object({
  application: z.string(),
  revision: z.string(),
  changes: list(Change),
  text: z.string(),
})

export const Why = z.object({
  application: z.string(),
  headline: z.string(),
  sync: syncVerdict,
  health: healthVerdict,
  cause: Cause.exactOptional(),
  change: Commit.extend({ paths: list(z.string()), liveBefore: z.string().exactOptional() }).exactOptional(),
  impact: list(z.string()),
  tried: list(z.string()),
  next: list(z.object({ command: z.string(), effect: z.string() })),
})

export const History = z.object({
  id: count,
  revision: z.string(),
  bundle: z.string(),
  startedAt: time,
  finishedAt: time,
  phase: operationPhase,
  message: z.string(),
  initiatedBy: z.string(),
  changes: count,
  commit: Commit.exactOptional(),
})

const anyFields = z.record(z.string(), z.unknown())

export const Event = z.object({
  seq: count,
  at: time,
  type: z.string(),
  application: z.string(),
  message: z.string(),
  reason: reason.exactOptional(),
  traceId: z.string().exactOptional(),
  data: anyFields.exactOptional(),
})

export const Decision = z.object({
  id: count,
  at: time,
  application: z.string(),
  rule: z.string(),
  inputs: anyFields,
  outcome: z.string(),
  reason: z.string(),
})

export const Status = z.object({
  version: z.string(),
  applications: count,
  sync: z.partialRecord(syncStatus, count),
  health: z.partialRecord(healthStatus, count),
  notReady: list(z.string()),
  statistics: z.object({ renders: count, requests: z.object({ mutating: count, other: count }) }),
})
export type Status = z.infer<typeof Status>

/** RFC 9457. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: count,
  detail: z.string().exactOptional(),
  reason,
})
export type Problem = z.infer<typeof Problem>

export const Woken = z.object({ repositories: count })

export const syncStatuses = syncStatus
export const healthStatuses = healthStatus

type Same<Schema extends z.ZodType, View> = [z.infer<Schema>] extends [View]
  ? [View] extends [z.infer<Schema>]
    ? true
    : false
  : false

/** Every element must be `true`. */
export type AllMatch = [
  Same<typeof Operation, views.OperationView>,
  Same<typeof Application, views.ApplicationView>,
  Same<typeof ApplicationDetail, views.ApplicationDetail>,
  Same<typeof Resource, views.ResourceView>,
  Same<typeof Commit, views.CommitView>,
  Same<typeof Plan, views.PlanView>,
  Same<typeof Why, views.WhyView>,
  Same<typeof History, views.HistoryView>,
  Same<typeof Event, views.EventView>,
  Same<typeof Decision, DecisionRecord & { readonly id: number }>,
  Same<typeof Hold, HoldView>,
  Same<typeof Undo, UndoView>,
  Same<typeof Verdict, VerdictView>,
  Same<typeof ListedApplication, views.ListedApplication>,
  Same<typeof Overview, views.OverviewView>,
  Same<typeof Approval, views.ApprovalView>,
]
const allMatch: AllMatch = [
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
]
void allMatch

/** The names under which the OpenAPI document lists them. */
export const components = {
  Application,
  ApplicationDetail,
  Approval,
  Cause,
  Change,
  Commit,
  Decision,
  Event,
  FieldChange,
  History,
  Hold,
  ListedApplication,
  ObjectRef,
  Operation,
  Overview,
  Plan,
  Problem,
  Resource,
  Status,
  Undo,
  Verdict,
  Why,
  Woken,
} as const
