/** `POST /api/v1/webhook`: a Git host says that something was pushed. */
import type { FastifyInstance } from 'fastify'
import { HalcyonError } from '../api/errors.ts'
import type { Engine } from './engine.ts'
import { isSigned, repositoryUrls } from './webhook-payload.ts'

export interface WebhookOptions {
  readonly engine: Engine
  /** Without one anybody who reaches the port may wake a repository, which costs a fetch. */
  readonly secret: string | undefined
  /** A caller with the bearer token needs no signature. */
  readonly hasToken: (authorization: string | undefined) => boolean
}

export const webhookPath = '/api/v1/webhook'

/** The body is read as bytes, because the signature is over bytes. */
export function webhookPlugin(scope: FastifyInstance, options: WebhookOptions, done: () => void): void {
  const { engine, secret, hasToken } = options
  scope.removeAllContentTypeParsers()
  const asBytes = { parseAs: 'buffer' } as const
  scope.addContentTypeParser('*', asBytes, (_request, body, parsed) => parsed(null, body))

  scope.post(webhookPath, { config: { access: 'open' }, bodyLimit: 25 * 1024 * 1024 }, async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    if (secret !== undefined && !hasToken(request.headers.authorization) && !isSigned(request.headers, body, secret)) {
      throw new HalcyonError('Unauthenticated', 'Cannot accept the webhook: its signature does not match the secret')
    }
    const urls = repositoryUrls(parse(body, request.headers['content-type'] ?? ''))
    reply.code(202)
    return { repositories: urls.length === 0 ? 0 : engine.webhook(urls) }
  })
  done()
}

/** JSON, or JSON in the form field `payload`, which GitHub offers as well. */
function parse(body: Buffer, contentType: string): unknown {
  const text = body.toString('utf8')
  const isForm = contentType.startsWith('application/x-www-form-urlencoded')
  try {
    return JSON.parse(isForm ? (new URLSearchParams(text).get('payload') ?? '') : text)
  } catch (cause) {
    throw new HalcyonError('UsageInvalid', 'Cannot read the webhook: the body is not JSON', { cause })
  }
}
