/** The HTTP API: routes, access, problems, probes. Behind it stands an Engine; nothing here knows how delivery works. */
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { HalcyonError, messageOf } from '../api/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Logger } from '../runtime/logger.ts'
import { createTokenCheck, isLoopbackAddress, isLoopbackHost } from './access.ts'
import { isFromOwnPage, sessionIdOf } from './cookie.ts'
import type { Engine } from './engine.ts'
import { openApiDocument } from './openapi.ts'
import { type PageState, pagePlugin } from './page-files.ts'
import { problem, problemOf, problemType } from './problem.ts'
import type { Route } from './route.ts'
import { applicationRoutes } from './routes/applications.ts'
import { recordRoutes } from './routes/records.ts'
import type { Sessions } from './sessions.ts'
import { signInPlugin } from './sign-in.ts'
import { streamPlugin } from './stream.ts'
import { webhookPlugin } from './webhook.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `token` (the default) wants the bearer token, or the session of a browser. */
    access?: 'token' | 'open'
  }
}

export interface ServerOptions {
  readonly engine: Engine
  readonly token: string
  readonly metrics: { text(): Promise<string>; readonly contentType: string }
  readonly logger: Logger
  readonly version: string
  readonly clock: Clock
  /** `/metrics` without the token. Default true: scrapers on the same machine are the rule. */
  readonly openMetrics?: boolean
  /** Only requests to a name of this machine are answered. Default true; false when the server listens for others. */
  readonly loopbackOnly?: boolean
  /** The secret that Git hosts sign their webhooks with. */
  readonly webhookSecret?: string
  /** Sign-in for browsers. Without it only the token counts. */
  readonly sessions?: Sessions
  /** The built web page. Without it there is none. */
  readonly page?: () => PageState
}

const bodyLimit = 1024 * 1024

export function createServer(options: ServerOptions): FastifyInstance {
  const { engine, logger, version } = options
  const hasToken = createTokenCheck(options.token)
  const loopbackOnly = options.loopbackOnly ?? true
  const app = Fastify({ logger: false, bodyLimit, routerOptions: { maxParamLength: 300 } })

  /** Every request of a session must come from our page: SameSite does not tell the ports of one host apart. */
  function hasSession({ headers }: FastifyRequest): boolean {
    const id = sessionIdOf(headers)
    return id !== undefined && options.sessions?.has(id) === true && isFromOwnPage(headers)
  }

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    if (loopbackOnly && !isLoopbackHost(request.headers.host)) {
      throw new HalcyonError('UsageInvalid', 'Cannot answer: the Host header does not name this machine')
    }
    if ((request.routeOptions.config.access ?? 'token') === 'open') return
    if (!hasToken(request.headers.authorization) && !hasSession(request)) {
      reply.header('www-authenticate', 'Bearer')
      throw new HalcyonError('Unauthenticated', 'Cannot answer: the request carries no valid bearer token')
    }
  })

  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request
    const milliseconds = Math.round(reply.elapsedTime)
    logger.debug({ method, route: routeOptions.url, status: reply.statusCode, milliseconds }, 'request answered')
  })

  app.setErrorHandler(async (error, request, reply) => {
    const answer = problemOf(error)
    if (answer.reason === 'Internal') logger.error({ err: error, ...whereOf(request) }, 'request failed')
    reply.code(answer.status).type(problemType)
    return JSON.stringify(answer)
  })

  app.setNotFoundHandler(async (request, reply) => {
    reply.code(404).type(problemType)
    return JSON.stringify(problem('NotFound', `Cannot ${request.method} ${request.url}: there is no such route`))
  })

  for (const route of [...applicationRoutes, ...recordRoutes])
    mount(app, route, { engine, version, clock: options.clock })
  app.register(streamPlugin, { engine, clock: options.clock, logger })
  app.register(webhookPlugin, { engine, secret: options.webhookSecret, hasToken })
  if (options.sessions !== undefined) app.register(signInPlugin, { sessions: options.sessions })
  addProbes(app, options)
  if (options.page !== undefined) app.register(pagePlugin, { page: options.page })
  return app
}

function mount(
  app: FastifyInstance,
  route: Route,
  { engine, version, clock }: Pick<ServerOptions, 'engine' | 'version' | 'clock'>,
): void {
  app.route<{ Params: { name?: string } }>({
    method: route.method,
    url: `/api/v1${route.path.replace('{name}', ':name')}`,
    handler: async ({ params, query, body }, reply) => {
      const answer = await route.run({ name: params.name ?? '', query, body, engine, version, now: clock.now() })
      reply.code(route.answer.status ?? 200)
      if (route.answer.contentType !== undefined) {
        reply.type(route.answer.contentType)
        return answer
      }
      // Serialised here: without a schema the framework would do the same, after looking for one.
      reply.type('application/json')
      return JSON.stringify(answer ?? {})
    },
  })
}

function addProbes(app: FastifyInstance, { engine, metrics, version, openMetrics = true }: ServerOptions): void {
  let document: string | undefined
  const open = { config: { access: 'open' } } as const

  app.get('/healthz', open, async () => 'ok\n')

  app.get('/readyz', open, async (_request, reply) => {
    const notReady = engine.notReady()
    if (notReady.length === 0) return 'ok\n'
    reply.code(503)
    return `${notReady.join('\n')}\n`
  })

  app.get('/metrics', { config: { access: openMetrics ? 'open' : 'token' } }, async (_request, reply) => {
    reply.type(metrics.contentType)
    return metrics.text()
  })

  app.get('/openapi.json', open, async (_request, reply) => {
    document ??= JSON.stringify(openApiDocument(version), undefined, 2)
    reply.type('application/json')
    return document
  })
}

export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** 0 = any free port. */
  readonly port: number
}

/** Starts listening and returns the URL. Throws HalcyonError ConfigInvalid when the address is taken or not ours. */
export async function listen(app: FastifyInstance, { host = '127.0.0.1', port }: ListenOptions): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    throw new HalcyonError('ConfigInvalid', `Cannot listen on ${host}:${port}: ${listenText(cause)}`, { cause })
  }
  const address = app.server.address()
  const boundPort = typeof address === 'object' ? address?.port : undefined
  const reachable = isLoopbackAddress(host) ? host : '127.0.0.1'
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${boundPort ?? port}`
}

function listenText(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return 'another process uses the port'
  if (code === 'EADDRNOTAVAIL') return 'this machine has no such address'
  if (code === 'EACCES') return 'ports below 1024 need more rights'
  return messageOf(error)
}

function whereOf({ method, routeOptions }: FastifyRequest) {
  return { method, route: routeOptions.url }
}
