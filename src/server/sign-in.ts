/** `/api/v1/session`: from a one-time link to a session and out of it. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { HalcyonError } from '../api/errors.ts'
import { isFromOwnPage, sessionIdOf, setCookie } from './cookie.ts'
import { type Sessions, sessionMs } from './sessions.ts'
import { signInPath } from './sign-in-path.ts'

export const sessionPath = '/api/v1/session'
export const signInLinkPath = '/api/v1/sign-in-links'

const SignIn = z.strictObject({ code: z.string().min(1).max(200) })

/**
 * The code travels in the fragment of the link and in the body of this request: neither reaches a log, a proxy or another site, and a
 * program that looks at links ahead does not use it up.
 */
export function signInPlugin(scope: FastifyInstance, { sessions }: { sessions: Sessions }, done: () => void): void {
  scope.post(sessionPath, { config: { access: 'open' }, bodyLimit: 4096 }, async (request, reply) => {
    if (!isFromOwnPage(request.headers)) {
      throw new HalcyonError('Unauthenticated', 'Cannot sign in: the request does not come from the page itself')
    }
    const id = sessions.signIn(SignIn.parse(request.body).code)
    reply.header('set-cookie', setCookie(request.headers.host, id, sessionMs / 1000)).code(204)
  })

  scope.delete(sessionPath, async (request, reply) => {
    const id = sessionIdOf(request.headers)
    if (id !== undefined) sessions.signOut(id)
    reply.header('set-cookie', setCookie(request.headers.host, '', 0)).code(204)
  })

  scope.post(signInLinkPath, async (_request, reply) => {
    reply.code(201).type('application/json')
    return JSON.stringify({ path: signInPath(sessions.createCode()) })
  })
  done()
}
