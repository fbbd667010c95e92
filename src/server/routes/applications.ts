/** `/api/v1/applications`: looking at applications and acting on them. */
import { z } from 'zod'
import { verdictsOf } from '../../api/verdict/verdict.ts'
import { matching, overview, sortKey, sortOrders } from '../listing.ts'
import { pageOf } from '../page.ts'
import { type Route, route } from '../route.ts'
import * as schemas from '../schemas.ts'

const flag = z.stringbool()
const revision = z.string().min(1).optional()

const list = route({
  method: 'GET',
  path: '/applications',
  summary: 'Applications with their verdicts, a page at a time',
  query: z.object({
    project: z.string().optional(),
    sync: schemas.syncStatuses.optional(),
    health: schemas.healthStatuses.optional(),
    q: z.string().optional().describe('Part of the name, project, namespace, cluster, repository, path or message'),
    group: z.enum(['needsYou', 'shipping', 'waiting', 'quiet', 'held']).optional(),
    sort: z.enum(sortOrders).default('name'),
    limit: z.coerce.number().int().min(1).max(1_000).default(100),
    cursor: z.string().optional().describe('From the page before'),
  }),
  answer: { description: 'A page; `cursor` is absent on the last one', list: schemas.ListedApplication },
  async handle({ engine, query, now }) {
    const applications = engine.applications()
    const verdicts = verdictsOf(applications, now)
    const listed = matching(applications, verdicts, query).flatMap((application) => {
      const verdict = verdicts.get(application.name)
      return verdict === undefined ? [] : [{ ...application, verdict }]
    })
    return pageOf(listed, (one) => sortKey(query.sort, one, one.verdict), query)
  },
})

const summary = route({
  method: 'GET',
  path: '/overview',
  summary: 'What needs a person, what ships and what waits; as large for ten applications as for ten thousand',
  query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(10) }),
  answer: { description: 'The overview', schema: schemas.Overview },
  handle: async ({ engine, query, now }) => overview(engine.applications(), now, query.limit),
})

const get = route({
  method: 'GET',
  path: '/applications/{name}',
  summary: 'One application with its resources',
  answer: { description: 'The application', schema: schemas.ApplicationDetail },
  handle: ({ engine, name }) => engine.application(name),
})

const manifests = route({
  method: 'GET',
  path: '/applications/{name}/manifests',
  summary: 'Desired manifests; secret values are masked unless `reveal`',
  query: z.object({ revision, reveal: flag.default(false) }),
  answer: { description: 'Multi-document YAML', contentType: 'application/yaml' },
  handle: ({ engine, name, query }) =>
    engine.manifests(name, {
      reveal: query.reveal,
      ...(query.revision === undefined ? {} : { revision: query.revision }),
    }),
})

const plan = route({
  method: 'GET',
  path: '/applications/{name}/plan',
  summary: 'What a sync would do now',
  answer: { description: 'The plan, secret values masked', schema: schemas.Plan },
  handle: ({ engine, name }) => engine.plan(name),
})

const why = route({
  method: 'GET',
  path: '/applications/{name}/why',
  summary: 'What is wrong, since when, why, and what to do next',
  answer: { description: 'The explanation', schema: schemas.Why },
  handle: ({ engine, name }) => engine.why(name),
})

const history = route({
  method: 'GET',
  path: '/applications/{name}/history',
  summary: 'Past syncs, newest first',
  query: z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) }),
  answer: { description: 'Past syncs', list: schemas.History },
  handle: async ({ engine, name, query }) => ({ items: await engine.history(name, query.limit) }),
})

const sync = route({
  method: 'POST',
  path: '/applications/{name}/sync',
  summary: 'Starts a sync; a newer request supersedes a running one',
  body: z.strictObject({
    prune: z.boolean().optional().describe("Default: as the application's policy says"),
    revision,
    dryRun: z.boolean().optional(),
    resources: z.array(schemas.ResourceSelector).max(1_000).optional().describe('Only these, without hooks'),
  }),
  answer: { description: 'The operation that was started', status: 202, schema: schemas.Operation },
  handle: ({ engine, name, body }) =>
    engine.sync(name, {
      initiatedBy: 'api',
      ...(body.prune === undefined ? {} : { prune: body.prune }),
      ...(body.revision === undefined ? {} : { revision: body.revision }),
      ...(body.dryRun === undefined ? {} : { dryRun: body.dryRun }),
      ...(body.resources === undefined ? {} : { resources: body.resources }),
    }),
})

const refreshBody = z.strictObject({
  hard: z.boolean().default(false).describe('Drops caches and verifies every object again'),
})

const refresh = route({
  method: 'POST',
  path: '/applications/{name}/refresh',
  summary: 'Looks at the source and the cluster again',
  body: refreshBody,
  answer: { description: 'Under way', status: 202 },
  handle: ({ engine, name, body }) => engine.refresh(name, { hard: body.hard }),
})

const refreshAll = route({
  method: 'POST',
  path: '/refresh',
  summary: 'Looks at all sources and clusters again',
  body: refreshBody,
  answer: { description: 'Under way', status: 202 },
  handle: ({ engine, body }) => engine.refresh(undefined, { hard: body.hard }),
})

const terminate = route({
  method: 'POST',
  path: '/applications/{name}/terminate',
  summary: 'Ends the running operation',
  body: z.strictObject({}),
  answer: { description: 'Ended, or there was none', status: 202 },
  handle: ({ engine, name }) => engine.terminate(name),
})

const undo = route({
  method: 'POST',
  path: '/applications/{name}/undo',
  summary: 'Back to what was applied before, and kept there until Git says something else',
  body: z.strictObject({
    to: z.string().min(1).optional().describe('A revision that was applied here, or the id of a past sync'),
    reason: z.string().max(1_000).optional(),
  }),
  answer: { description: 'What was undone, and how Git is told', status: 202, schema: schemas.Undo },
  handle: ({ engine, name, body }) =>
    engine.undo(name, {
      initiatedBy: 'api',
      ...(body.to === undefined ? {} : { to: body.to }),
      ...(body.reason === undefined ? {} : { reason: body.reason }),
    }),
})

const hold = route({
  method: 'POST',
  path: '/applications/{name}/hold',
  summary: 'Keeps an application as it is',
  body: z.strictObject({
    reason: z.string().max(1_000).optional(),
    until: z.iso.datetime({ offset: true }).optional().describe('Lifted then'),
  }),
  answer: { description: 'The hold', status: 202, schema: schemas.Hold },
  handle: ({ engine, name, body }) =>
    engine.hold(name, {
      initiatedBy: 'api',
      ...(body.reason === undefined ? {} : { reason: body.reason }),
      ...(body.until === undefined ? {} : { until: body.until }),
    }),
})

const approve = route({
  method: 'POST',
  path: '/applications/{name}/approve',
  summary: 'Lets deletes pass that wait for a person',
  body: z.strictObject({ plan: z.string().min(1).describe('Names the set of deletes, as the refusal says') }),
  answer: { description: 'Approved; the sync goes on', status: 202 },
  handle: ({ engine, name, body }) => engine.approve(name, { plan: body.plan, initiatedBy: 'api' }),
})

const resume = route({
  method: 'POST',
  path: '/applications/{name}/resume',
  summary: 'Lifts the hold of an application',
  body: z.strictObject({}),
  answer: { description: 'Lifted', status: 202 },
  handle: ({ engine, name }) => engine.resume(name, 'api'),
})

export const applicationRoutes: readonly Route[] = [
  list,
  summary,
  get,
  manifests,
  plan,
  why,
  history,
  sync,
  refresh,
  refreshAll,
  terminate,
  undo,
  hold,
  approve,
  resume,
]
