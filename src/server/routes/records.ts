/** `/api/v1/{status,events,decisions}`: the whole at a glance, and what was written down. The event stream is in `stream.ts`. */
import { z } from 'zod'
import { type Route, route } from '../route.ts'
import * as schemas from '../schemas.ts'

const status = route({
  method: 'GET',
  path: '/status',
  summary: 'The whole installation in one answer',
  answer: { description: 'Counts, readiness, statistics', schema: schemas.Status },
  async handle({ engine, version }) {
    const answer: schemas.Status = {
      version,
      ...engine.counts(),
      notReady: engine.notReady(),
      statistics: engine.statistics(),
    }
    return answer
  },
})

const events = route({
  method: 'GET',
  path: '/events',
  summary: 'The event log',
  query: z.object({
    after: z.coerce.number().int().min(0).optional().describe('Only events with a greater `seq`'),
    before: z.coerce.number().int().min(0).optional().describe('Only events with a smaller `seq`'),
    application: z.string().optional(),
    type: z.string().optional().describe('One type, or several separated by commas'),
    limit: z.coerce.number().int().min(1).max(5_000).default(100),
    newestFirst: z.stringbool().default(false),
  }),
  answer: { description: 'Events', list: schemas.Event },
  async handle({ engine, query }) {
    const types = query.type?.split(',').filter((type) => type !== '')
    const items = await engine.events({
      limit: query.limit,
      newestFirst: query.newestFirst,
      ...(query.after === undefined ? {} : { after: query.after }),
      ...(query.before === undefined ? {} : { before: query.before }),
      ...(query.application === undefined ? {} : { application: query.application }),
      ...(types === undefined ? {} : { types }),
    })
    return { items }
  },
})

const decisions = route({
  method: 'GET',
  path: '/decisions',
  summary: 'Automatic decisions with everything that went in, newest first',
  query: z.object({
    application: z.string().optional(),
    limit: z.coerce.number().int().min(1).max(1_000).default(100),
  }),
  answer: { description: 'Decisions', list: schemas.Decision },
  async handle({ engine, query }) {
    const application = query.application === undefined ? {} : { application: query.application }
    return { items: await engine.decisions({ limit: query.limit, ...application }) }
  },
})

export const recordRoutes: readonly Route[] = [status, events, decisions]
